import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  type QueryExecution,
  type Row,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createContact } from '../../core/contact.ts';
import { InvalidInput } from '../../core/errors.ts';
import { pause } from '../../core/kinesis/retry-reads.ts';
import type { Answer } from './query-result.ts';

export interface AthenaQuery {
  sql: string;
  workgroup: string;
  database: string;
}

export interface Watch {
  /** Stops the query. */
  signal: AbortSignal;
  onProgress?(state: string, scannedBytes: number): void;
}

/** Address, region and credentials are the SDK's own business (AWS_ENDPOINT_URL, AWS_PROFILE, …). */
export const connectAthena = (): AthenaClient =>
  new AthenaClient({
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    }),
  });

/** Most queries of the lake take a second or two; nobody needs a minute's query told every 200 ms. */
const POLL = { firstMs: 200, factor: 1.5, lastMs: 2_000 };

/**
 * Asks Athena and waits for the end of the query. Undefined when the signal stopped it. Throws
 * InvalidInput with Athena's own reason when it failed.
 */
export async function askAthena(
  athena: AthenaClient,
  query: AthenaQuery,
  { signal, onProgress }: Watch,
): Promise<Answer | undefined> {
  const contact = createContact();
  const QueryExecutionId = await contact(() => start(athena, query));
  for (let ms = POLL.firstMs; !signal.aborted; ms = Math.min(ms * POLL.factor, POLL.lastMs)) {
    const { QueryExecution: execution } = await athena.send(
      new GetQueryExecutionCommand({ QueryExecutionId }),
    );
    const state = execution?.Status?.State ?? 'UNKNOWN';
    const scannedBytes = execution?.Statistics?.DataScannedInBytes ?? 0;
    if (state === 'SUCCEEDED') {
      return { ...(await readResults(athena, QueryExecutionId, signal)), scannedBytes };
    }
    if (state === 'FAILED' || state === 'CANCELLED')
      throw new InvalidInput(reasonOf(state, execution));
    onProgress?.(state, scannedBytes);
    await pause(ms, signal);
  }
  await athena.send(new StopQueryExecutionCommand({ QueryExecutionId }));
  return undefined;
}

async function start(
  athena: AthenaClient,
  { sql, workgroup, database }: AthenaQuery,
): Promise<string> {
  try {
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database },
      }),
    );
    return QueryExecutionId as string;
  } catch (cause) {
    if (!(cause instanceof InvalidRequestException)) throw cause;
    const message = /workgroup.*not found/i.test(cause.message)
      ? `There is no workgroup ${workgroup}: is --stage right, and is it deployed in this region?`
      : `Athena: ${cause.message}`;
    throw new InvalidInput(message, { cause });
  }
}

function reasonOf(state: 'FAILED' | 'CANCELLED', execution: QueryExecution | undefined): string {
  const { StateChangeReason, AthenaError } = execution?.Status ?? {};
  const reason = StateChangeReason ?? AthenaError?.ErrorMessage;
  // Athena cancels by itself too: what would scan more than the workgroup allows.
  if (state === 'CANCELLED') return `Athena: the query was cancelled: ${reason ?? 'by somebody'}`;
  return `Athena: ${reason ?? 'the query failed and Athena does not say why'}`;
}

async function readResults(
  athena: AthenaClient,
  QueryExecutionId: string,
  signal: AbortSignal,
): Promise<Pick<Answer, 'columns' | 'rows'>> {
  const first = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  const columns = (first.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(
    ({ Name = '', Type = '' }) => ({ name: Name, type: Type }),
  );
  const valuesOf = ({ Data = [] }: Row) => columns.map((_, i) => Data[i]?.VarCharValue ?? null);
  // The first row of a SELECT is its column names, that of a SHOW is data.
  const isHeader = (values: (string | null)[]) =>
    values.length > 0 && values.every((value, i) => value === columns[i]?.name);

  async function* rows() {
    let page = first;
    const [head, ...rest] = (page.ResultSet?.Rows ?? []).map(valuesOf);
    yield head === undefined || isHeader(head) ? rest : [head, ...rest];
    while (page.NextToken && !signal.aborted) {
      const { NextToken } = page;
      page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken }));
      yield (page.ResultSet?.Rows ?? []).map(valuesOf);
    }
  }
  return { columns, rows: rows() };
}
