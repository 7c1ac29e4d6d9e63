import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { askAthena } from '../../../cli/lib/query-athena.ts';
import type { Answer } from '../../../cli/lib/query-result.ts';

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

const told: [string, number][] = [];
const ask = (signal = new AbortController().signal) =>
  askAthena(new AthenaClient({ region: 'us-east-1' }), query, {
    signal,
    onProgress: (...progress) => told.push(progress),
  });

async function pagesOf(answer: Answer | undefined) {
  const pages = [];
  for await (const rows of answer?.rows ?? []) pages.push(rows);
  return pages;
}

beforeEach(() => {
  told.length = 0;
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' });
});

describe('A query to Athena', () => {
  it('is waited for, tells how it is on the way, and gives its rows page by page', async () => {
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
    const answer = await ask();
    expect(answer).toMatchObject({
      columns: [
        { name: 'a', type: 'varchar' },
        { name: 'b', type: 'bigint' },
      ],
      scannedBytes: 20,
    });
    // The names of the columns stand in the first row of the first page and nowhere else.
    await expect(pagesOf(answer)).resolves.toEqual([
      [
        ['x', '1'],
        [null, '2'],
      ],
      [
        ['a', 'b'],
        ['', null],
      ],
    ]);
    expect(told).toEqual([
      ['QUEUED', 0],
      ['RUNNING', 10],
    ]);
  });

  it('keeps the first row of what has no header', async () => {
    athena.on(GetQueryExecutionCommand).resolves(inState('SUCCEEDED'));
    athena.on(GetQueryResultsCommand).resolves(page([row('albums', '1')]));
    const answer = await ask();
    await expect(pagesOf(answer)).resolves.toEqual([[['albums', '1']]]);
  });

  it('gives no rows where nothing was found', async () => {
    athena.on(GetQueryExecutionCommand).resolves(inState('SUCCEEDED'));
    athena.on(GetQueryResultsCommand).resolves(page([row('a', 'b')]));
    const answer = await ask();
    await expect(pagesOf(answer)).resolves.toEqual([[]]);
  });

  it.each([
    ['FAILED', { StateChangeReason: 'SYNTAX_ERROR: no' }, 'Athena: SYNTAX_ERROR: no'],
    ['FAILED', { AthenaError: { ErrorMessage: 'internal' } }, 'Athena: internal'],
    ['FAILED', {}, 'Athena: the query failed and Athena does not say why'],
    [
      'CANCELLED',
      { StateChangeReason: 'Bytes scanned limit was exceeded' },
      'Athena: the query was cancelled: Bytes scanned limit was exceeded',
    ],
    ['CANCELLED', {}, 'Athena: the query was cancelled: by somebody'],
  ])('that ends as %s says why: %j', async (state, more, message) => {
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce(inState('RUNNING'))
      .resolves(inState(state, 0, more));
    await expect(ask()).rejects.toThrow(expect.objectContaining({ name: 'InvalidInput', message }));
  });

  it('is stopped by the signal, also where that came while it was being started', async () => {
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
