import {
  type AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { type QueryResult, type Rows, readResult } from '../../core/athena/query-result.ts';
import { selectOnly } from '../../core/athena/read-only.ts';
import type { QueryView } from '../model/api.ts';
import { HttpError } from './errors.ts';
import { PRICES } from './run-cost.ts';
import type { Stage } from './stage.ts';

const SHOWN_ROWS = 1_000;

export async function startQuery(
  athena: AthenaClient,
  stage: Stage,
  sql: string,
): Promise<{ id: string }> {
  const { QueryExecutionId = '' } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: selectOnly(sql),
      WorkGroup: stage.workgroup,
      QueryExecutionContext: { Database: stage.database },
    }),
  );
  return { id: QueryExecutionId };
}

export async function stopQuery(athena: AthenaClient, id: string): Promise<void> {
  await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: idOf(id) }));
}

/** How a query goes, and its first thousand rows when it is done. */
export async function queryView(athena: AthenaClient, id: string): Promise<QueryView> {
  const { QueryExecution } = await athena.send(
    new GetQueryExecutionCommand({ QueryExecutionId: idOf(id) }),
  );
  const { State = 'UNKNOWN', StateChangeReason } = QueryExecution?.Status ?? {};
  const { DataScannedInBytes: scannedBytes = 0, EngineExecutionTimeInMillis: milliseconds = 0 } =
    QueryExecution?.Statistics ?? {};
  const view: QueryView = {
    id,
    state: State,
    scannedBytes,
    dollars:
      scannedBytes === 0 ? 0 : Math.max(scannedBytes, PRICES.athenaLeastBytes) * PRICES.athenaByte,
    milliseconds,
  };
  if (State === 'FAILED' || State === 'CANCELLED') {
    return { ...view, reason: StateChangeReason ?? 'The query was cancelled' };
  }
  if (State !== 'SUCCEEDED') return view;
  const result = await resultOf(athena, id);
  const rows: Rows = [];
  for await (const page of result.rows) {
    rows.push(...page);
    if (rows.length > SHOWN_ROWS) break;
  }
  return {
    ...view,
    columns: result.columns,
    rows: rows.slice(0, SHOWN_ROWS),
    isCut: rows.length > SHOWN_ROWS,
  };
}

/** All rows of a query that is done. */
export const resultOf = (athena: AthenaClient, id: string): Promise<QueryResult> =>
  readResult(athena, idOf(id));

function idOf(id: string): string {
  if (/^[\w-]{1,128}$/.test(id)) return id;
  throw new HttpError(400, 'No id of a query');
}
