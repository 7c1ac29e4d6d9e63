import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import { type Manifest, manifestSchema } from '../core/lake/manifest.ts';
import { parseAs } from '../core/parse.ts';
import { isInRepository, LOCAL_FOLDER } from '../core/terminal/options.ts';
import { shellQuote } from '../core/terminal/shell-quote.ts';
import { renderTable } from '../core/terminal/table.ts';
import { thousands } from '../core/terminal/thousands.ts';
import { wrap } from '../core/terminal/wrap.ts';
import type { Stage } from './stage.ts';

const root = resolve(import.meta.dirname, '..');
const SAMPLE = 'albums-by-release-day';
const SAMPLE_ROWS = 5;
const LAKE = 'tributary-local-lake';

/** One kept query with its first rows, as far as its table has any. */
export async function printSample(stage: Stage): Promise<void> {
  if (!stage.tables().includes('albums')) return;
  const sql = readFileSync(join(root, `queries/${SAMPLE}.sql`), 'utf8');
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

/** After all streams were read to their ends. */
export const whatWasDelivered = (unrouted: number): string =>
  unrouted === 0
    ? 'Every event in the streams was delivered.'
    : `Every event in the streams was delivered but ${unrouted} of a segment that has no router: no segment's bucket holds them.`;

/** What an end at once loses, in events by stream and Firehose. */
export const whatIsLost = (events: Readonly<Record<string, number>>): string =>
  Object.keys(events).length === 0
    ? whatWasDelivered(0)
    : `Events that were not delivered and are gone, at most: ${inEach(events)}.`;

/** The same in records, where there are too many events to count. */
export const recordsLost = (records: Readonly<Record<string, number>>, source: string): string =>
  `Records that were not delivered and are gone: ${inEach(records)}. One of any stream but ${source} may hold hundreds of events.`;

const inEach = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${thousands(count)} in ${name}`)
    .join(', ');

/** Commands that go on from here, with the options that were given. */
export function whereToLook(
  runId: string,
  { folder, keep, again, isWhole, width = Number.POSITIVE_INFINITY }: Next,
): string {
  const here = inFolder(folder);
  const lines: [name: string, command: string[]][] = [
    ['run', [`npx tributary runs ${runId}`, ...here]],
    ['query', ['npm run query --', ...here, '"SELECT status, loaded FROM runs"']],
    ['', ['npm run query --', ...here, '--list']],
    ['logs', [shellQuote(isInRepository() ? join(folder, 'logs') : resolve(root, folder, 'logs'))]],
    ...(keep ? [] : [['console', npmStart(['--keep', ...again])] as [string, string[]]]),
    ...(isWhole ? [] : [['rest', npmStart(again)] as [string, string[]]]),
  ];
  return lines
    .map(([name, command]) => `  ${name.padEnd(9)}${commandLines(command, { width, indent: 11 })}`)
    .join('\n');
}

export interface Next {
  folder: string;
  /** The stage goes on serving, the console too. */
  keep: boolean;
  /** Options that the next run needs as well. */
  again: string[];
  /** Nothing is missing. */
  isWhole: boolean;
  /** Columns of the terminal. */
  width?: number | undefined;
}

/** What a stage that serves is good for. */
export function whatServes(
  { aws, spotify }: { aws: string; spotify: string },
  {
    folder,
    page,
    width = Number.POSITIVE_INFINITY,
    hasStreams = true,
  }: {
    folder: string;
    page?: string | undefined;
    width?: number | undefined;
    hasStreams?: boolean;
  },
): string {
  const addresses = `AWS on ${aws}, Spotify on ${spotify}${page ? `, the console on ${page}` : ''}`;
  const here = inFolder(folder);
  // serverless.yml reads the addresses of the default folder, unless a parameter names another one.
  const param = folder === LOCAL_FOLDER ? [] : [`--param folder=${shellQuote(folder)}`];
  const commands = [
    ...(page ? [] : [['npx tributary console', ...here]]),
    ['npx sls invoke local --stage local', ...param, `-f fetchToken -p ${TOKEN_SAMPLE}`],
    ...(hasStreams
      ? [['npx tributary produce --file examples/session-events.ndjson', ...here]]
      : []),
  ];
  return [
    ...wrap(`Serving until Ctrl-C: ${addresses}`, width),
    ...commands.map((command) => commandLines(command, { width })),
  ].join('\n');
}

const TOKEN_SAMPLE = 'test/events/fetch-token.json';

const inFolder = (folder: string) =>
  folder === LOCAL_FOLDER ? [] : [`--folder ${shellQuote(folder)}`];

/** The options as they were given: a name begins with `--`. */
function npmStart(options: string[]): string[] {
  if (options.length === 0) return ['npm start'];
  const parts: string[] = [];
  for (const each of options) {
    if (each.startsWith('--')) parts.push(each);
    else parts.push(`${parts.pop()} ${shellQuote(each)}`);
  }
  return ['npm start --', ...parts];
}

/** Parts of a command in as few lines as fit, each continued as a shell continues it. */
function commandLines(
  parts: string[],
  { width, indent = 0 }: { width: number; indent?: number },
): string {
  const lines: string[] = [];
  for (const [i, part] of parts.entries()) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${part}` : part;
    // Room for the ` \` of a line that goes on.
    const isLast = i === parts.length - 1;
    if (lines.length === 0 || indent + longer.length + (isLast ? 0 : 2) <= width) {
      lines[Math.max(lines.length - 1, 0)] = longer;
    } else lines.push(`  ${part}`);
  }
  return lines.join(` \\\n${' '.repeat(indent)}`);
}
