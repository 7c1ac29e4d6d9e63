import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../core/terminal/options.ts';
import { widthOf } from '../core/terminal/width.ts';
import { print } from './lib/output.ts';
import { type QueryOptions, queryOptions, runAndPrint } from './lib/run-query.ts';

interface Options extends QueryOptions {
  limit: number;
  days: number;
  bucket?: string;
}

export function addRuns(program: Command): void {
  const command = program
    .command('runs')
    .description('Shows the last runs of the batch, or one of them with all that it says of itself')
    .argument('[run-id]', 'one run: its counts, each missing album, and where its objects are')
    .option('--limit <count>', 'how many', countingNumber, 10)
    .option('--days <count>', 'how far back to look', countingNumber, 30)
    .option('--bucket <name>', 'the lake, if it is not the one of the stage');
  queryOptions(command, 'all columns; one below the other where the terminal is too narrow')
    .addHelpText(
      'after',
      `
COMPLETE: all that was expected is in the lake. DEFERRED: a limit was reached, the next run brings the
rest. PARTIAL: something else is missing, and the manifest says what. FAILED: see its error.
--wide shows all columns, as --format ndjson and csv do. A run_id may be shortened.

Examples:
  npx tributary runs
  npx tributary runs local-20261122
  npx tributary runs --stage dev --limit 3 --wide`,
    )
    .action((id: string | undefined, _, each: Command) =>
      runs(id, each.optsWithGlobals<Options>()),
    );
}

async function runs(id: string | undefined, options: Options): Promise<void> {
  if (id !== undefined) {
    const { describeRun } = await import('./lib/describe-run.ts');
    return print(await describeRun(id, options, widthOf(process.stdout)));
  }
  const isCompact = options.format === 'table' && !options.wide && !options.vertical;
  const { wide: _, ...fitted } = options;
  await runAndPrint(isCompact ? compactRunsSql(options) : runsSql(options), fitted);
}

type Range = Pick<Options, 'limit' | 'days'>;

const STARTED = 'substr(CAST(started_at AS varchar), 1, 19) AS started';

/** For Athena and DuckDB alike, see docs/tables.md. */
export const runsSql = (range: Range): string => `SELECT
  run_id,
  status,
  source,
  ${STARTED},
  round(date_diff('millisecond', started_at, finished_at) / 1e3, 1) AS seconds,
  expected,
  listed,
  skipped,
  loaded,
  missing,
  deferred,
  unlisted,
  tracks,
  requests,
  waited_seconds,
  error
${fromRuns(range)}`;

/** What fits a terminal of 80 columns. */
export const compactRunsSql = (range: Range): string => `SELECT
  run_id,
  status || coalesce(' ' || error, '') AS status,
  substr(CAST(started_at AS varchar), 1, 16) AS started,
  loaded,
  missing,
  unlisted
${fromRuns(range)}`;

/** A partition is a day, and only those are read. */
const fromRuns = ({ limit, days }: Range): string => `FROM runs
WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '${days}' DAY AS date) AS varchar)
ORDER BY started_at DESC, run_id DESC
LIMIT ${limit}`;

function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It is not above 0.');
}
