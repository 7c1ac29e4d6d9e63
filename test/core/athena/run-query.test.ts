import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import type { QueryResult } from '../../../core/athena/query-result.ts';
import { queryAthena, withCaret } from '../../../core/athena/run-query.ts';

const athena = mockClient(AthenaClient);
const query = { sql: 'SELECT a, b FROM t', workgroup: 'w', database: 'd' };

const inState = (State: string, bytes = 0, more: object = {}) => ({
  QueryExecution: {
    Status: { State: State as 'RUNNING', ...more },
    Statistics: { DataScannedInBytes: bytes },
  },
});
const row = (...texts: (string | undefined)[]) => ({
  Data: texts.map((text) => (text === undefined ? {} : { VarCharValue: text })),
});
const page = (rows: ReturnType<typeof row>[], NextToken?: string) => ({
  ResultSet: {
    ResultSetMetadata: {
      ColumnInfo: [
        { Name: 'a', Type: 'varchar' },
        { Name: 'b', Type: 'bigint' },
      ],
    },
    Rows: rows,
  },
  ...(NextToken && { NextToken }),
});

const progressed: [string, number][] = [];
const ask = (signal = new AbortController().signal) =>
  queryAthena(new AthenaClient({ region: 'us-east-1' }), query, {
    signal,
    onProgress: (...progress) => progressed.push(progress),
  });

async function pagesOf(result: QueryResult | undefined) {
  const pages = [];
  for await (const rows of result?.rows ?? []) pages.push(rows);
  return pages;
}

beforeEach(() => {
  progressed.length = 0;
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' });
});

describe('a query in Athena', () => {
  it('is polled, reports its progress, and returns its rows page by page', async () => {
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce(inState('QUEUED'))
      .resolvesOnce(inState('RUNNING', 10))
      .resolves(inState('SUCCEEDED', 20));
    athena
      .on(GetQueryResultsCommand)
      .resolves(page([row('a', 'b'), row('x', '1'), row(undefined, '2')], 'more'))
      .on(GetQueryResultsCommand, { NextToken: 'more' })
      .resolves(page([row('a', 'b'), row('')]));
    const result = await ask();
    expect(result).toMatchObject({
      columns: [
        { name: 'a', type: 'varchar' },
        { name: 'b', type: 'bigint' },
      ],
      scannedBytes: 20,
    });
    // The first row of the first page has the names of the columns.
    await expect(pagesOf(result)).resolves.toEqual([
      [
        ['x', '1'],
        [null, '2'],
      ],
      [
        ['a', 'b'],
        ['', null],
      ],
    ]);
    expect(progressed).toEqual([
      ['QUEUED', 0],
      ['RUNNING', 10],
    ]);
  });

  it('keeps the first row of a result without a header', async () => {
    athena.on(GetQueryExecutionCommand).resolves(inState('SUCCEEDED'));
    athena.on(GetQueryResultsCommand).resolves(page([row('albums', '1')]));
    const result = await ask();
    await expect(pagesOf(result)).resolves.toEqual([[['albums', '1']]]);
  });

  it('returns no rows where nothing was found', async () => {
    athena.on(GetQueryExecutionCommand).resolves(inState('SUCCEEDED'));
    athena.on(GetQueryResultsCommand).resolves(page([row('a', 'b')]));
    const result = await ask();
    await expect(pagesOf(result)).resolves.toEqual([[]]);
  });

  it.each([
    ['FAILED', { StateChangeReason: 'SYNTAX_ERROR: no' }, 'SYNTAX_ERROR: no'],
    ['FAILED', { AthenaError: { ErrorMessage: 'internal' } }, 'internal'],
    ['FAILED', {}, 'The query failed without a reason'],
    [
      'CANCELLED',
      { StateChangeReason: 'Bytes scanned limit was exceeded' },
      'The query was cancelled: Bytes scanned limit was exceeded',
    ],
    ['CANCELLED', {}, 'The query was cancelled: no reason'],
  ])('that ends as %s says why: %j', async (state, more, message) => {
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce(inState('RUNNING'))
      .resolves(inState(state, 0, more));
    await expect(ask()).rejects.toThrow(expect.objectContaining({ name: 'InvalidInput', message }));
  });

  it('that is wrong is shown with a caret at the place that Athena names', () => {
    const sql = 'SELECT a\n\tFROM rnus';
    expect(withCaret("line 2:7: Table 'rnus' does not exist", sql)).toBe(
      "line 2:7: Table 'rnus' does not exist\n\nLINE 2: \tFROM rnus\n        \t     ^",
    );
    expect(withCaret('line 7:1: elsewhere', sql)).toBe('line 7:1: elsewhere');
    expect(withCaret('no place', sql)).toBe('no place');
  });

  it('is stopped by the signal, also if it is set before the query has started', async () => {
    athena.on(GetQueryExecutionCommand).resolves(inState('RUNNING'));
    athena.on(StopQueryExecutionCommand).resolves({});
    await expect(ask(AbortSignal.timeout(300))).resolves.toBeUndefined();
    await expect(ask(AbortSignal.abort())).resolves.toBeUndefined();
    const stops = athena.commandCalls(StopQueryExecutionCommand);
    expect(stops.map(({ args }) => args[0].input)).toEqual([
      { QueryExecutionId: 'q1' },
      { QueryExecutionId: 'q1' },
    ]);
  });
});
