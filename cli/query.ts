import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { type AskOptions, askAndPrint, askOptions } from './lib/query.ts';

interface Options extends AskOptions {
  file?: string;
}

export function addQuery(program: Command): void {
  const command = program
    .command('query')
    .description('Asks the lake in SQL: with a --stage by Athena, without one what npm start left')
    .argument('[sql]', 'a SELECT')
    .option('--file <file>', 'take the SQL from a file, such as queries/run-completeness.sql');
  askOptions(command)
    .addHelpText(
      'after',
      `
Athena bills what it scans, 10 MB at least; the workgroup stops a query that would scan too much.
Ctrl-C stops the query too.

Examples:
  tributary query "SELECT status, loaded, missing FROM runs"
  tributary query --stage dev --file queries/run-completeness.sql
  tributary query --stage dev --format csv "SELECT * FROM artists" > artists.csv`,
    )
    .action((sql: string | undefined, _, each: Command) =>
      query(sql, each.optsWithGlobals<Options>()),
    );
}

async function query(sql: string | undefined, options: Options): Promise<void> {
  const text = options.file === undefined ? sql : read(options.file);
  if (!text?.trim()) throw new InvalidInput('Give a query, or a file with --file');
  await askAndPrint(text, options);
}

function read(file: string): string {
  if (!existsSync(file)) throw new InvalidInput(`No file ${file}`);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInput(`--file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
