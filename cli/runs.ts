import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../core/terminal/options.ts';
import { type AskOptions, askAndPrint, askOptions } from './lib/query.ts';

interface Options extends AskOptions {
  limit: number;
  days: number;
}

export function addRuns(program: Command): void {
  const command = program
    .command('runs')
    .description('Shows the last runs of the batch: what was expected, what came, what is missing')
    .option('--limit <count>', 'how many', countingNumber, 10)
    .option('--days <count>', 'how far back to look', countingNumber, 30);
  askOptions(command)
    .addHelpText(
      'after',
      `
COMPLETE: all that was expected is in the lake. DEFERRED: a limit was reached, the next run brings the
rest. PARTIAL: something else is missing, and the manifest says what. FAILED: see its error.

Examples:
  tributary runs
  tributary runs --stage dev --limit 3`,
    )
    .action((_, each: Command) => runs(each.optsWithGlobals<Options>()));
}

const runs = (options: Options): Promise<void> => askAndPrint(runsSql(options), options);

/** For Athena and DuckDB alike, see docs/tables.md; a partition is a day, and only those are opened. */
export const runsSql = ({ limit, days }: Pick<Options, 'limit' | 'days'>): string => `SELECT
  status,
  source,
  substr(CAST(started_at AS varchar), 1, 19) AS started,
  round(date_diff('millisecond', started_at, finished_at) / 1e3, 1) AS seconds,
  expected,
  listed,
  skipped,
  loaded,
  missing,
  unlisted,
  tracks,
  requests,
  error
FROM runs
WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '${days}' DAY AS date) AS varchar)
ORDER BY started_at DESC, run_id DESC
LIMIT ${limit}`;

function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It is not above 0.');
}
