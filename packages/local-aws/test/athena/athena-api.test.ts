import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetNamedQueryCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListNamedQueriesCommand,
  ListWorkGroupsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  GetDatabasesCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  GlueClient,
} from '@aws-sdk/client-glue';
import { createAthenaApi } from '../../src/athena/athena-api.ts';
import { createQueryExecutions, type QueryExecutions } from '../../src/athena/query-executions.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { type Catalog, openCatalog } from '../../src/glue/catalog.ts';
import { createCatalogApi } from '../../src/glue/catalog-api.ts';
import { albumColumns, writeAlbums } from '../fixtures/albums-file.ts';
import { clientOptions } from '../fixtures/clients.ts';
import { errorOf } from '../fixtures/error-of.ts';

const namedQuery = {
  NamedQueryId: 'a-uuid',
  Name: 'newest',
  Database: 'shop',
  QueryString: 'SELECT 1',
  WorkGroup: 'shop',
};
let folder: string;
let catalog: Catalog;
let executions: QueryExecutions;
let gateway: Gateway;
let athena: AthenaClient;
let glue: GlueClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-athena-'));
  catalog = openCatalog(join(folder, 'catalog.json'));
  executions = createQueryExecutions(catalog, folder);
  gateway = await startGateway(
    {
      AmazonAthena: createAthenaApi(executions, {
        namedQueries: [namedQuery],
        workGroups: [{ Name: 'shop' }],
      }),
      AWSGlue: createCatalogApi(catalog, ['shop']),
    },
    {} as never,
  );
  athena = new AthenaClient(clientOptions(gateway.url));
  glue = new GlueClient(clientOptions(gateway.url));
  const partition = 'ingest_date=2026-11-21/';
  const albums = Array.from({ length: 25 }, (_, i) => ({ id: `album-${i}`, total_tracks: i }));
  writeAlbums(join(folder, `lake/albums/${partition}a.parquet`), albums);
  catalog.write('albums', {
    location: 's3://lake/albums/',
    columns: albumColumns,
    partitionKeys: ['ingest_date'],
    partitions: [partition],
    parameters: { recordCount: '25' },
    createdAt: 1_000,
  });
});
afterAll(async () => {
  athena.destroy();
  glue.destroy();
  await executions.close();
  await gateway.close();
  rmSync(folder, { recursive: true });
});

const start = async (QueryString: string, WorkGroup = 'shop') => {
  const QueryExecutionContext = { Database: 'shop' };
  const input = { QueryString, WorkGroup, QueryExecutionContext };
  return (await athena.send(new StartQueryExecutionCommand(input))).QueryExecutionId;
};
async function endOf(QueryExecutionId: string | undefined) {
  for (;;) {
    const { QueryExecution } = await athena.send(
      new GetQueryExecutionCommand({ QueryExecutionId }),
    );
    if (QueryExecution?.Status?.State !== 'RUNNING') return QueryExecution;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const results = (QueryExecutionId: string | undefined, more: object = {}) =>
  athena.send(new GetQueryResultsCommand({ QueryExecutionId, ...more }));
const textOf = async (sql: string) => {
  const id = await start(sql);
  const ended = await endOf(id);
  expect(ended?.Status?.StateChangeReason).toBeUndefined();
  const { ResultSet } = await results(id);
  return {
    types: ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Type }) => Type),
    rows: ResultSet?.Rows?.slice(1).map(({ Data }) => Data?.map((each) => each.VarCharValue)),
  };
};

describe('Athena on this machine, through the SDK', () => {
  it('runs a query, and says what it read', async () => {
    const id = await start('SELECT id, total_tracks FROM albums ORDER BY total_tracks LIMIT 2');
    expect(await endOf(id)).toMatchObject({
      QueryExecutionId: id,
      WorkGroup: 'shop',
      QueryExecutionContext: { Database: 'shop' },
      Status: { State: 'SUCCEEDED', SubmissionDateTime: expect.any(Date) },
      Statistics: { DataScannedInBytes: expect.any(Number) },
    });
    const { ResultSet, NextToken } = await results(id);
    expect(ResultSet?.ResultSetMetadata?.ColumnInfo).toMatchObject([
      { Name: 'id', Type: 'varchar' },
      { Name: 'total_tracks', Type: 'integer' },
    ]);
    expect(ResultSet?.Rows).toEqual([
      { Data: [{ VarCharValue: 'id' }, { VarCharValue: 'total_tracks' }] },
      { Data: [{ VarCharValue: 'album-0' }, { VarCharValue: '0' }] },
      { Data: [{ VarCharValue: 'album-1' }, { VarCharValue: '1' }] },
    ]);
    expect(NextToken).toBeUndefined();
  });

  it('knows tables and views by the name of their database, too', async () => {
    const { rows } = await textOf(
      'SELECT count(*) FROM shop.albums a JOIN "shop"."albums" b USING (id) JOIN albums c USING (id)',
    );
    expect(rows).toEqual([['25']]);
  });

  it('gives results page by page, the names of the columns first', async () => {
    const id = await start('SELECT id FROM albums ORDER BY total_tracks');
    await endOf(id);
    const all: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await results(id, { MaxResults: 10, NextToken });
      const rows = page.ResultSet?.Rows ?? [];
      expect(rows.length).toBeLessThanOrEqual(10);
      all.push(...rows.map(({ Data }) => Data?.[0]?.VarCharValue));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(all).toEqual(['id', ...Array.from({ length: 25 }, (_, i) => `album-${i}`)]);
  });

  it('writes values and names types as Athena does', async () => {
    expect(
      await textOf(`SELECT true, 7, 2.0::DOUBLE, 1.25::DOUBLE, DATE '2026-11-21', NULL::VARCHAR,
        TIMESTAMP '2026-11-21 06:00:00', ['a', 'b'], {'x': 1, 'y': 'z'}, MAP {'k': 1}, sum(3)`),
    ).toEqual({
      types: [
        'boolean',
        'integer',
        'double',
        'double',
        'date',
        'varchar',
        'timestamp',
        'array',
        'row',
        'map',
        'bigint',
      ],
      rows: [
        [
          'true',
          '7',
          '2.0',
          '1.25',
          '2026-11-21',
          undefined,
          '2026-11-21 06:00:00.000',
          '[a, b]',
          '{x=1, y=z}',
          '{k=1}',
          '3',
        ],
      ],
    });
  });

  it('says why a query failed', async () => {
    const id = await start('SELECT nothing FROM albums');
    const { Status } = (await endOf(id)) ?? {};
    expect(Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringContaining('nothing'),
    });
    expect(await errorOf(results(id))).toMatchObject({
      name: 'InvalidRequestException',
      message: 'Query did not finish successfully. Final query state: FAILED',
    });
  });

  it('stops a query', async () => {
    const id = await start('SELECT count(*) FROM range(1000000000000)');
    expect(await errorOf(results(id))).toMatchObject({ name: 'InvalidRequestException' });
    await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    expect((await endOf(id))?.Status?.State).toBe('CANCELLED');
  });

  it.each([
    ['two statements', 'SELECT 1; SELECT 2'],
    ['a change', 'DROP VIEW albums'],
    ['a change behind a comment', '-- SELECT\nCREATE TABLE t (a INTEGER)'],
    ['a copy of a file', "COPY (SELECT 1) TO 'x.csv'"],
    ['a setting', 'SET threads = 1'],
    ['no SQL', 'SELEC 1'],
  ])('takes no query that is %s', async (_, sql) => {
    expect(await errorOf(start(sql))).toMatchObject({ name: 'InvalidRequestException' });
  });

  it('reads no file outside of the lake', async () => {
    for (const sql of ["SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'"]) {
      expect((await endOf(await start(sql)))?.Status?.State).toBe('FAILED');
    }
  });

  it('keeps named queries and workgroups of the service', async () => {
    const { NamedQueryIds } = await athena.send(new ListNamedQueriesCommand({ WorkGroup: 'shop' }));
    expect(NamedQueryIds).toEqual(['a-uuid']);
    const { NamedQuery } = await athena.send(new GetNamedQueryCommand({ NamedQueryId: 'a-uuid' }));
    expect(NamedQuery).toEqual(namedQuery);
    const { WorkGroups } = await athena.send(new ListWorkGroupsCommand({}));
    expect(WorkGroups).toMatchObject([{ Name: 'shop', State: 'ENABLED' }]);
    expect(await errorOf(start('SELECT 1', 'none'))).toMatchObject({
      name: 'InvalidRequestException',
    });
  });
});

describe("Glue's catalogue on this machine, through the SDK", () => {
  const DatabaseName = 'shop';

  it('lists databases and tables, with columns, partition keys and counts', async () => {
    const { DatabaseList } = await glue.send(new GetDatabasesCommand({}));
    expect(DatabaseList?.map(({ Name }) => Name)).toEqual(['shop']);
    const { TableList } = await glue.send(new GetTablesCommand({ DatabaseName }));
    expect(TableList).toMatchObject([
      {
        Name: 'albums',
        DatabaseName,
        TableType: 'EXTERNAL_TABLE',
        CreateTime: new Date(1_000),
        StorageDescriptor: {
          Location: 's3://lake/albums/',
          Columns: albumColumns.map(({ name: Name, type: Type }) => ({ Name, Type })),
        },
        PartitionKeys: [{ Name: 'ingest_date', Type: 'string' }],
        Parameters: { classification: 'parquet', recordCount: '25' },
      },
    ]);
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName, Name: 'albums' }));
    expect(Table).toEqual(TableList?.[0]);
  });

  it('lists views, without partitions, and a query can ask them', async () => {
    const columns = [{ name: 'n', type: 'bigint' }];
    catalog.write('counted', { view: 'SELECT count(*) AS n FROM albums', columns });
    const { TableList } = await glue.send(new GetTablesCommand({ DatabaseName }));
    expect(TableList?.[1]).toMatchObject({
      Name: 'counted',
      TableType: 'VIRTUAL_VIEW',
      StorageDescriptor: { Columns: [{ Name: 'n', Type: 'bigint' }] },
    });
    const input = { DatabaseName, TableName: 'counted' };
    expect((await glue.send(new GetPartitionsCommand(input))).Partitions).toEqual([]);
    expect((await textOf('SELECT n FROM counted')).rows).toEqual([['25']]);
  });

  it('lists the partitions of a table', async () => {
    const input = { DatabaseName, TableName: 'albums' };
    const { Partitions } = await glue.send(new GetPartitionsCommand(input));
    expect(Partitions).toMatchObject([
      {
        Values: ['2026-11-21'],
        StorageDescriptor: { Location: 's3://lake/albums/ingest_date=2026-11-21/' },
      },
    ]);
  });

  it('names what is not there as Glue does', async () => {
    const none = new GetTableCommand({ DatabaseName, Name: 'none' });
    expect(await errorOf(glue.send(none))).toMatchObject({ name: 'EntityNotFoundException' });
    const nowhere = new GetTablesCommand({ DatabaseName: 'nowhere' });
    expect(await errorOf(glue.send(nowhere))).toMatchObject({ name: 'EntityNotFoundException' });
  });

  it('says of a view what its tables hold, through other views as well', async () => {
    catalog.write('many_tracks', { view: 'SELECT id FROM albums WHERE total_tracks > 10' });
    catalog.write('named_once', { view: 'SELECT DISTINCT id FROM Many_Tracks' });
    const scanned = async (sql: string) =>
      (await endOf(await start(sql)))?.Statistics?.DataScannedInBytes;
    const ofTable = await scanned('SELECT count(*) FROM albums');
    expect(ofTable).toBeGreaterThan(0);
    expect(await scanned('SELECT count(*) FROM many_tracks')).toBe(ofTable);
    expect(await scanned('SELECT count(*) FROM named_once')).toBe(ofTable);
    expect(await scanned('SELECT 1')).toBe(0);
  });
});
