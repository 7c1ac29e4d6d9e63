import type { Command } from 'commander';
import { InvalidInput } from '../../core/errors.ts';
import { LOCAL_STAGE } from '../../core/names.ts';
import type { GlobalOptions } from '../../core/terminal/options.ts';
import { createStatusLine } from '../../core/terminal/status-line.ts';
import { listenForInterrupt } from './output.ts';
import { QueryFailed } from './query-failed.ts';
import {
  type FormatOptions,
  formatOptions,
  printResult,
  type QueryResult,
} from './query-result.ts';
import { sizeOf } from './size.ts';
import { namesOf } from './stage-names.ts';

/** Of every command that queries the lake. */
export interface EngineOptions extends GlobalOptions {
  workgroup?: string;
  database?: string;
}

export type QueryOptions = EngineOptions & FormatOptions;

export const engineOptions = (command: Command): Command =>
  command
    .option('--workgroup <name>', 'of Athena, if it is not the one of the stage')
    .option('--database <name>', 'of the Glue catalogue, if it is not the one of the stage');

export const queryOptions = (command: Command): Command => engineOptions(formatOptions(command));

/** Queries the lake of the stage and prints the result. */
export async function runAndPrint(sql: string, options: QueryOptions): Promise<void> {
  const result = await runQuery(sql, options);
  if (result) await printResult(result, options);
}

/**
 * Queries the lake of the stage: in Athena, or for the stage local in DuckDB, because its lake can be
 * queried when nothing serves. Undefined when Ctrl-C stopped the query. Throws QueryFailed.
 */
export function runQuery(sql: string, options: EngineOptions): Promise<QueryResult | undefined> {
  return options.stage === LOCAL_STAGE ? runLocally(sql, options) : runInAccount(sql, options);
}

/** The rows of a short query, all at once. */
export async function queryRows(sql: string, options: EngineOptions): Promise<unknown[][]> {
  const all: unknown[][] = [];
  const result = await runQuery(sql, options);
  for await (const group of result?.rows ?? []) all.push(...group.map((row) => [...row]));
  return all;
}

/** Engines are loaded when they are needed: the other commands start without them. */
async function runLocally(sql: string, { folder }: EngineOptions): Promise<QueryResult> {
  const { queryLake } = await import('../../local/query-lake.ts');
  try {
    return await queryLake(sql, folder);
  } catch (error) {
    const { message } = error as Error;
    throw new QueryFailed(message, { cause: error });
  }
}

async function runInAccount(sql: string, options: EngineOptions): Promise<QueryResult | undefined> {
  if (!isReadOnly(sql)) {
    throw new InvalidInput('Only a SELECT can be run: the tables belong to the pipeline');
  }
  const { queryAthena, connectAthena } = await import('./query-athena.ts');
  const names = await namesOf(options);
  const { workgroup = names.workgroupName, database = names.databaseName } = options;
  const { signal, release } = listenForInterrupt();
  const line = createStatusLine();
  const start = performance.now();
  const query = { sql: withoutSemicolon(sql), workgroup, database };
  const result = await queryAthena(connectAthena(options), query, {
    signal,
    onProgress(state, scannedBytes) {
      const seconds = ((performance.now() - start) / 1_000).toFixed(1);
      line.show(`${state}, ${seconds} s, ${sizeOf(scannedBytes)} scanned`);
    },
  }).finally(() => {
    line.clear();
    release();
  });
  if (!result) process.stderr.write('The query was stopped\n');
  return result;
}

const COMMENTS = /^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/;
const READ_ONLY = /^(\(|(select|with|values|table|show|describe|desc|explain(?!\s+analyze))\b)/i;

/** With the user's permissions, Athena would also drop a table. */
export const isReadOnly = (sql: string): boolean => READ_ONLY.test(sql.replace(COMMENTS, ''));

const withoutSemicolon = (sql: string): string => sql.replace(/[;\s]+$/, '');
