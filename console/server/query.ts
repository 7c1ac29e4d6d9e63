import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type Row,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { QueryColumn, QueryView, Rows } from '../model/api.ts';
import { HttpError } from './errors.ts';
import { PRICES } from './run-cost.ts';
import { selectOnly } from './select-only.ts';
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
  const rows: Rows = [];
  for await (const page of resultPages(athena, id)) {
    view.columns = page.columns;
    rows.push(...page.rows);
    if (rows.length > SHOWN_ROWS) break;
  }
  return { ...view, rows: rows.slice(0, SHOWN_ROWS), isCut: rows.length > SHOWN_ROWS };
}

/** All rows of a query that is done, page by page; each page names the columns. */
export async function* resultPages(
  athena: AthenaClient,
  id: string,
): AsyncGenerator<{ columns: QueryColumn[]; rows: Rows }> {
  let NextToken: string | undefined;
  let columns: QueryColumn[] = [];
  do {
    const page = await athena.send(
      new GetQueryResultsCommand({ QueryExecutionId: idOf(id), MaxResults: 1_000, NextToken }),
    );
    const isFirst = NextToken === undefined;
    if (isFirst) {
      const info = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
      columns = info.map(({ Name = '', Type = '' }) => ({ name: Name, type: Type }));
    }
    const rows = (page.ResultSet?.Rows ?? []).map(({ Data = [] }: Row) =>
      columns.map((_, i) => Data[i]?.VarCharValue ?? null),
    );
    // The first row of a SELECT is its column names.
    const isHeader = isFirst && rows[0]?.every((value, i) => value === columns[i]?.name);
    yield { columns, rows: isHeader ? rows.slice(1) : rows };
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

function idOf(id: string): string {
  if (/^[\w-]{1,128}$/.test(id)) return id;
  throw new HttpError(400, 'No id of a query');
}
