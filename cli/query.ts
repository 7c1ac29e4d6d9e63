import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { LOCAL_STAGE } from '../core/names.ts';
import { fileName } from '../core/terminal/options.ts';
import { renderTable } from '../core/terminal/table.ts';
import { widthOf } from '../core/terminal/width.ts';
import { isQueryName, listKeptQueries, readKeptQuery } from './lib/kept-queries.ts';
import { localFolder } from './lib/local-endpoint.ts';
import { print } from './lib/output.ts';
import { promptForQueries } from './lib/query-prompt.ts';
import { type QueryOptions, queryOptions, queryRows, runAndPrint } from './lib/run-query.ts';
import { type Schema, schemaOf } from './lib/sql-completion.ts';
import { namesOf } from './lib/stage-names.ts';

interface Options extends QueryOptions {
  file?: string;
  list?: true;
}

export function addQuery(program: Command): void {
  const command = program
    .command('query')
    .description('Queries the lake in SQL: in Athena with a --stage, else what npm start left')
    .argument('[sql]', 'a SELECT, or the name of a kept query; without it there is a prompt')
    .option('--file <file>', 'read the SQL from a file', fileName)
    .option('--list', 'list the kept queries of queries/');
  queryOptions(command)
    .addHelpText(
      'after',
      `
Athena bills what it scans, 10 MB at least; the workgroup stops a query that would scan too much.
Ctrl-C stops the query. The prompt has a history, and completes tables and columns with Tab.

Examples:
  npx tributary query --list
  npx tributary query run-completeness --vertical
  npx tributary query "SELECT status, loaded, missing FROM runs"
  npx tributary query --stage dev --format csv "SELECT * FROM runs" > runs.csv`,
    )
    .action((sql: string | undefined, _, each: Command) =>
      query(sql, each.optsWithGlobals<Options>()),
    );
}

async function query(sql: string | undefined, options: Options): Promise<void> {
  const given = [
    options.list && '--list',
    options.file !== undefined && '--file',
    sql && 'a query',
  ];
  const [first, second] = given.filter(Boolean);
  if (second) throw new InvalidInput(`Give ${first} or ${second}, not both`);
  if (options.list) return printKeptQueries();
  if (options.file !== undefined) return runAndPrint(readFile(options.file), options);
  if (sql === undefined && process.stdin.isTTY && process.stdout.isTTY) return prompt(options);
  const text = sql ?? (process.stdin.isTTY ? '' : await textOf(process.stdin));
  if (!text.trim()) throw new InvalidInput('Give a query, the name of a kept one, or --file');
  await runAndPrint(isQueryName(text) ? readKeptQuery(text) : text, options);
}

async function printKeptQueries(): Promise<void> {
  const rows = listKeptQueries().map(({ name, title }) => [name, title]);
  const width = widthOf(process.stdout);
  await print(`${renderTable(['name', 'what it shows'], rows, { width })}\n`);
}

async function prompt(options: Options): Promise<void> {
  await promptForQueries({
    input: process.stdin,
    output: process.stdout,
    run: (sql) => {
      const name = sql.replace(/[;\s]+$/, '').trim();
      return runAndPrint(isQueryName(name) ? readKeptQuery(name) : sql, options);
    },
    schema: await readSchema(options),
    historyFile: join(localFolder(options.folder), 'query-history'),
  });
}

/** Of both engines; in DuckDB all tables are in the schema main. */
async function readSchema(options: Options): Promise<Schema> {
  const isLocal = options.stage === LOCAL_STAGE;
  const schema = isLocal ? 'main' : (options.database ?? (await namesOf(options)).databaseName);
  const sql = `SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = '${schema.replaceAll("'", "''")}' ORDER BY table_name, ordinal_position`;
  return schemaOf(await queryRows(sql, options));
}

function readFile(file: string): string {
  if (!existsSync(file)) throw new InvalidInput(`No file ${file}`);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInput(`--file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
