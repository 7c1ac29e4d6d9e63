import type { AthenaClient } from '@aws-sdk/client-athena';
import type { Command } from 'commander';
import type { QueryResult } from '../../core/athena/query-result.ts';
import { readOnly } from '../../core/athena/read-only.ts';
import { LOCAL_STAGE } from '../../core/names.ts';
import type { GlobalOptions } from '../../core/terminal/options.ts';
import { createStatusLine } from '../../core/terminal/status-line.ts';
import { connect, endpointInEnvironment } from './aws-clients.ts';
import { listenForInterrupt } from './output.ts';
import { type FormatOptions, formatOptions, printResult } from './query-result.ts';
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

export const queryOptions = (command: Command, wide?: string): Command =>
  engineOptions(formatOptions(command, wide));

/** Queries the lake of the stage and prints the result. */
export async function runAndPrint(sql: string, options: QueryOptions): Promise<void> {
  const result = await runQuery(sql, options);
  if (result) await printResult(result, options);
}

/** Queries the lake of the stage in Athena. Undefined when Ctrl-C stopped the query. Throws QueryFailed. */
export async function runQuery(
  sql: string,
  options: EngineOptions,
): Promise<QueryResult | undefined> {
  const names = await namesOf(options);
  const { workgroup = names.workgroupName, database = names.databaseName } = options;
  const query = { sql: readOnly(sql), workgroup, database };
  const athena = await openAthena(options, workgroup);
  const { queryAthena } = await import('../../core/athena/run-query.ts');
  const { signal, release } = listenForInterrupt();
  const line = createStatusLine();
  const start = performance.now();
  const result = await queryAthena(athena, query, {
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

/** The rows of a short query, all at once. */
export async function queryRows(sql: string, options: EngineOptions): Promise<unknown[][]> {
  const all: unknown[][] = [];
  const result = await runQuery(sql, options);
  for await (const group of result?.rows ?? []) all.push(...group);
  return all;
}

/** Loaded when it is needed: the other commands start without it. */
async function openAthena(options: EngineOptions, workgroup: string): Promise<AthenaClient> {
  if (options.stage === LOCAL_STAGE && !endpointInEnvironment('ATHENA').endpoint) {
    const { leftAthena } = await import('../../local/left-athena.ts');
    return leftAthena(options.folder, workgroup);
  }
  const { AthenaClient } = await import('@aws-sdk/client-athena');
  return connect(AthenaClient, 'ATHENA', options);
}
