import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import { type Manifest, manifestSchema } from '../core/lake/manifest.ts';
import { parseAs } from '../core/parse.ts';
import { LOCAL_FOLDER } from '../core/terminal/options.ts';
import { renderTable } from '../core/terminal/table.ts';
import { wrap } from '../core/terminal/wrap.ts';
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

/** The manifest that an execution wrote; undefined when it failed before that. */
export function manifestOf(stage: Stage, { output }: Execution): Manifest | undefined {
  const key = (output as { batch?: { manifestKey?: string } } | undefined)?.batch?.manifestKey;
  if (!key) return undefined;
  const file = join(stage.lakeFolder, LAKE, key);
  if (!existsSync(file)) return undefined;
  return parseAs(manifestSchema, JSON.parse(readFileSync(file, 'utf8')), key);
}

/** Commands that go on from here, with the options that were given. */
export function whereToLook(runId: string, { folder, keep, again, isWhole }: Next): string {
  const here = inFolder(folder);
  const lines = [
    ['run', `npx tributary runs ${runId}${here}`],
    ['query', `npm run query --${here} "SELECT status, loaded FROM runs"`],
    ['', `npm run query --${here} --list`],
    ['logs', join(folder, 'logs')],
    ...(keep ? [] : [['console', npmStart(['--keep', ...again])]]),
    ...(isWhole ? [] : [['rest', npmStart(again)]]),
  ];
  return lines.map(([name = '', text]) => `  ${name.padEnd(9)}${text}`).join('\n');
}

export interface Next {
  folder: string;
  /** The stage goes on serving, the console too. */
  keep: boolean;
  /** Options that the next run needs as well. */
  again: string[];
  /** Nothing is missing. */
  isWhole: boolean;
}

/** What a stage that serves is good for; each line fits 80 columns. */
export function whatServes(
  { aws, spotify }: { aws: string; spotify: string },
  folder: string,
  page?: string,
): string {
  const addresses = `AWS on ${aws}, Spotify on ${spotify}${page ? `, the console on ${page}` : ''}`;
  return [
    ...wrap(`Serving until Ctrl-C: ${addresses}`, 80),
    ...(page ? [] : [`npx tributary console${inFolder(folder)}`]),
    // serverless.yml reads the addresses of the default folder.
    ...(folder === LOCAL_FOLDER
      ? ['npx sls invoke local --stage local -f fetchToken -p test/events/fetch-token.json']
      : []),
    `npx tributary produce --file examples/session-events.ndjson${inFolder(folder)}`,
  ].join('\n');
}

const inFolder = (folder: string) => (folder === LOCAL_FOLDER ? '' : ` --folder ${quote(folder)}`);

const npmStart = (options: string[]) =>
  `npm start${options.length > 0 ? ` -- ${options.map(quote).join(' ')}` : ''}`;

/** For a shell. */
const quote = (text: string): string =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
