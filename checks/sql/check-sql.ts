import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runSql } from 'local-aws/athena/sql.ts';
import { openCatalog } from 'local-aws/glue/catalog.ts';
import { openLeftLake } from '../../local/left-lake.ts';
import { startMiniStack } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { type DuckResult, differenceOf, sorted } from './compare-rows.ts';
import { makeLake } from './make-lake.ts';
import { ODD_EVENTS } from './odd-events.ts';
import { serveLake } from './serve-lake.ts';
import { startTrino, type Trino, VERSION } from './trino.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.local/checks/sql');
const stageFolder = join(folder, 'stage');
const DATABASE = 'tributary_local';

/** Asks every kept query of Trino and of `tributary query`, over the same lake. */
export async function checkSql(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const ministack = await startMiniStack({ folder });
  let trino: Trino | undefined;
  try {
    const starting = startTrino(ministack.url, DATABASE, join(folder, 'trino'));
    const [made, started] = await Promise.all([makeLake(root, stageFolder), starting]);
    trino = started;
    const lake = serveLake(ministack.url);
    await lake.upload(join(stageFolder, 'lake'));
    await lake.createDatabase(DATABASE);
    for (const table of made.declared) await lake.declare(DATABASE, table);
    const crawled = Object.entries(openCatalog(join(stageFolder, 'catalog.json')).read()).filter(
      ([name]) => !made.declared.some(({ Name }) => Name === name),
    );
    for (const [name, table] of crawled) await lake.crawl(DATABASE, name, table);
    lake.close();
    return await compareAll(trino);
  } finally {
    await trino?.stop();
    await ministack.stop();
  }
}

async function compareAll(trino: Trino): Promise<string> {
  const now = new Date();
  const questions: Record<string, string> = { 'odd events': ODD_EVENTS_DELIVERED };
  for (const name of tableNames()) questions[`all of ${name}`] = `SELECT * FROM ${name}`;
  const files = readdirSync(join(root, 'queries')).filter((file) => file.endsWith('.sql'));
  for (const file of files.sort()) {
    const sql = readFileSync(join(root, 'queries', file), 'utf8');
    questions[`queries/${file}`] = atOneMoment(sql, now);
  }
  const differences: string[] = [];
  for (const [name, sql] of Object.entries(questions)) {
    const result = await compare(trino, sql).catch((error: Error) => error);
    console.log(
      `${name}: ${typeof result === 'number' ? `${result} rows, the same` : result.message}`,
    );
    if (typeof result !== 'number') differences.push(`${name}: ${result.message}`);
  }
  if (differences.length > 0) {
    throw new CheckFailed(`${differences.length} differences\n${differences.join('\n')}`);
  }
  return `${files.length} queries, and every table and view, give the same rows on Trino ${VERSION} and DuckDB`;
}

/** Enrichment accepts them all: a check without them would prove nothing. */
const ODD_EVENTS_DELIVERED = `SELECT session_id, count(DISTINCT event_id) AS events
FROM sessions WHERE session_id LIKE 'odd-%' GROUP BY session_id ORDER BY session_id`;

function tableNames(): string[] {
  const catalog = openCatalog(join(stageFolder, 'catalog.json'));
  return [...Object.keys(catalog.read()), ...Object.keys(catalog.views())];
}

/** The number of rows; throws where the engines differ or one refuses. */
async function compare(trino: Trino, sql: string): Promise<number> {
  const order = /\bORDER BY\b/.test(sql) ? <T>(result: T) => result : sorted;
  const [duck, other] = await Promise.all([askDuck(sql), trino.query(sql)]);
  const difference = differenceOf(order(duck), order(other));
  if (difference !== undefined) throw new CheckFailed(difference);
  if (sql === ODD_EVENTS_DELIVERED && duck.rows.length !== ODD_EVENTS.length) {
    throw new CheckFailed(`${duck.rows.length} of ${ODD_EVENTS.length} odd events were delivered`);
  }
  return duck.rows.length;
}

async function askDuck(sql: string): Promise<DuckResult> {
  const { catalog, lakeFolder } = openLeftLake(stageFolder);
  return runSql(sql, catalog.read(), lakeFolder, catalog.views());
}

/** The clock stands still: two engines are never asked at the same time. */
const atOneMoment = (sql: string, now: Date): string =>
  sql
    .replaceAll('current_date', `DATE '${now.toISOString().slice(0, 10)}'`)
    .replaceAll(
      'localtimestamp',
      `TIMESTAMP '${now.toISOString().slice(0, 23).replace('T', ' ')}'`,
    );
