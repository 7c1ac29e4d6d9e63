import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import { type Manifest, manifestSchema } from '../core/lake/manifest.ts';
import { parseAs } from '../core/parse.ts';
import { renderTable } from '../core/terminal/table.ts';
import type { Stage } from './stage.ts';

const SAMPLE = 'albums-by-release-day';
const SAMPLE_ROWS = 5;
const LAKE = 'tributary-local-lake';

/** One kept query with its first rows, as far as its table has any. */
export async function printSample(stage: Stage): Promise<void> {
  if (!stage.tables().includes('albums')) return;
  const sql = readFileSync(join(import.meta.dirname, `../queries/${SAMPLE}.sql`), 'utf8');
  const { columns, rows } = await stage.sql(sql);
  if (rows.length === 0) return;
  console.log(`\nqueries/${SAMPLE}.sql`);
  console.log(renderTable(columns, rows.slice(0, SAMPLE_ROWS)));
  const more = rows.length - SAMPLE_ROWS;
  if (more > 0) console.log(`and ${more} more rows`);
}

export async function rowsOfTables(stage: Stage): Promise<Record<string, number>> {
  const counts = stage
    .tables()
    .map((table) => `SELECT '${table}' AS name, count(*) AS n FROM ${table}`);
  const { rows } = await stage.sql(counts.join(' UNION ALL '));
  return Object.fromEntries(rows.map(([name, n]) => [name, Number(n)]));
}

/** The manifest that an execution wrote, and its file; undefined when it failed before that. */
export function manifestOf(
  stage: Stage,
  { output }: Execution,
): { manifest: Manifest; file: string } | undefined {
  const key = (output as { batch?: { manifestKey?: string } } | undefined)?.batch?.manifestKey;
  if (!key) return undefined;
  const file = join(stage.lakeFolder, LAKE, key);
  if (!existsSync(file)) return undefined;
  return { file, manifest: parseAs(manifestSchema, JSON.parse(readFileSync(file, 'utf8')), key) };
}

/** Commands and paths that go on from here; the commands repeat the folder that was chosen. */
export function whereToLook(stage: Stage, folder: string, manifestFile?: string): string {
  const here = (path: string) => relative(process.cwd(), path) || '.';
  const inFolder = folder === '.local' ? '' : ` --folder ${quote(folder)}`;
  const lines = [
    ['ask', `npm run query --${inFolder} "SELECT status, loaded, missing FROM runs"`],
    ['', `npm run query --${inFolder} --file queries/${SAMPLE}.sql`],
    ['console', `npx tributary console${inFolder}, while npm start -- --keep serves`],
    ['logs', here(join(stage.lakeFolder, '../logs'))],
    ...(manifestFile ? [['manifest', here(manifestFile)]] : []),
  ];
  return lines.map(([name = '', text]) => `  ${name.padEnd(10)}${text}`).join('\n');
}

/** For a shell. */
export const quote = (text: string): string =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
