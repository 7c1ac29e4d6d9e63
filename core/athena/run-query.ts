import {
  type AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { ForeignResponse } from '../connection-errors.ts';
import { InvalidInput } from '../errors.ts';
import { pause } from '../kinesis/retry-reads.ts';
import { QueryFailed } from './query-failed.ts';
import { type QueryResult, readResult } from './query-result.ts';

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

/** On this machine a query takes a blink, in Athena a second or two; longer ones are polled less often. */
const POLL = { firstMs: 25, factor: 1.5, lastMs: 2_000 };

/**
 * Runs a query in Athena and waits for its end. Undefined when the signal stopped it. Throws QueryFailed
 * with Athena's own reason when it failed.
 */
export async function queryAthena(
  athena: AthenaClient,
  query: AthenaQuery,
  { signal, onProgress }: Watch,
): Promise<QueryResult | undefined> {
  const QueryExecutionId = await start(athena, query);
  for (let ms = POLL.firstMs; !signal.aborted; ms = Math.min(ms * POLL.factor, POLL.lastMs)) {
    const { QueryExecution: execution } = await athena.send(
      new GetQueryExecutionCommand({ QueryExecutionId }),
    );
    const state = execution?.Status?.State ?? 'UNKNOWN';
    const scannedBytes = execution?.Statistics?.DataScannedInBytes ?? 0;
    if (state === 'SUCCEEDED') {
      return { ...(await readResult(athena, QueryExecutionId, signal)), scannedBytes };
    }
    if (state === 'FAILED' || state === 'CANCELLED')
      throw new QueryFailed(withCaret(reasonOf(state, execution), query.sql));
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
    // Without an id its state would be asked for without end.
    if (QueryExecutionId === undefined) throw new ForeignResponse(200, 'a query without an id');
    return QueryExecutionId;
  } catch (cause) {
    if (!(cause instanceof InvalidRequestException)) throw cause;
    if (!/workgroup.*not found/i.test(cause.message)) {
      throw new QueryFailed(withCaret(cause.message, sql), { cause });
    }
    throw new InvalidInput(
      `There is no workgroup ${workgroup}: is --stage right, and is it deployed in this region?`,
      { cause },
    );
  }
}

function reasonOf(state: 'FAILED' | 'CANCELLED', execution: QueryExecution | undefined): string {
  const { StateChangeReason, AthenaError } = execution?.Status ?? {};
  const reason = StateChangeReason ?? AthenaError?.ErrorMessage;
  // Athena cancels on its own, too: a query that would scan more than the workgroup allows.
  if (state === 'CANCELLED') return `The query was cancelled: ${reason ?? 'no reason'}`;
  return reason ?? 'The query failed without a reason';
}

/** Adds the line that Athena names in `line 2:8`, with a caret below the place. */
export function withCaret(message: string, sql: string): string {
  const [, line = '', column = ''] = /\bline (\d+):(\d+)/.exec(message) ?? [];
  const text = sql.split('\n')[Number(line) - 1];
  if (text === undefined) return message;
  const label = `LINE ${line}: `;
  const before = text.slice(0, Number(column) - 1).replace(/[^\t]/g, ' ');
  return `${message.trimEnd()}\n\n${label}${text}\n${' '.repeat(label.length)}${before}^`;
}
