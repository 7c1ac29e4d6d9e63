import { type AthenaClient, GetQueryResultsCommand, type Row } from '@aws-sdk/client-athena';

export interface QueryColumn {
  readonly name: string;
  /** Athena's name of the type. */
  readonly type: string;
}

/** A value is the text that Athena returns, or null. */
export type Rows = (string | null)[][];

export interface QueryResult {
  readonly columns: readonly QueryColumn[];
  /** Page by page, a thousand rows each. */
  readonly rows: AsyncIterable<Rows>;
  readonly scannedBytes?: number;
}

/** The result of a query that has succeeded; stops between two pages when the signal says so. */
export async function readResult(
  athena: AthenaClient,
  QueryExecutionId: string,
  signal?: AbortSignal,
): Promise<QueryResult> {
  const read = (NextToken?: string) =>
    athena.send(new GetQueryResultsCommand({ QueryExecutionId, MaxResults: 1_000, NextToken }));
  const first = await read();
  const columns = (first.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(
    ({ Name = '', Type = '' }) => ({ name: Name, type: Type }),
  );
  const valuesOf = ({ Data = [] }: Row) => columns.map((_, i) => Data[i]?.VarCharValue ?? null);
  // The first row of a SELECT is its column names, that of a SHOW is data.
  const isHeader = (values: (string | null)[] | undefined) =>
    values?.length !== 0 && values?.every((value, i) => value === columns[i]?.name);

  async function* rows() {
    let page = first;
    const all = (page.ResultSet?.Rows ?? []).map(valuesOf);
    yield isHeader(all[0]) ? all.slice(1) : all;
    while (page.NextToken && !signal?.aborted) {
      page = await read(page.NextToken);
      yield (page.ResultSet?.Rows ?? []).map(valuesOf);
    }
  }
  return { columns, rows: rows() };
}
