import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { jest } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { countStatements, runSql } from '../../src/athena/sql.ts';
import { type CatalogTable, declareTables, openCatalog } from '../../src/glue/catalog.ts';
import { type Album, writeAlbums } from '../fixtures/albums-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "local-aws-o'sql-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ingested_at = new Date('2026-11-21T06:00:00.000Z');

function storeAlbums(day: string, ids: string[], more: Partial<Album> = {}, runId = 'run-1') {
  writeAlbums(
    join(folder, `lake/curated/albums/ingest_date=${day}/${runId}.parquet`),
    ids.map((id) => ({ id, ingested_at, ...more })),
  );
}

const columns = [
  { name: 'id', type: 'string' },
  { name: 'total_tracks', type: 'int' },
  { name: 'release_date_day', type: 'date' },
  { name: 'ingested_at', type: 'timestamp' },
];
const table = (partitions: CatalogTable['partitions']): CatalogTable => ({
  location: 's3://lake/curated/albums/',
  columns,
  partitionKeys: ['ingest_date'],
  partitions,
});
const ask = (sql: string, partitions: CatalogTable['partitions']) =>
  runSql(sql, { albums: table(partitions) }, folder);

describe('SQL on this machine', () => {
  it('sees the partitions that were crawled and no others', async () => {
    storeAlbums('2026-11-20', ['a']);
    storeAlbums('2026-11-21', ['b', 'c']);
    const sql = 'SELECT id FROM albums ORDER BY id';
    expect((await ask(sql, ['ingest_date=2026-11-20/'])).rows).toEqual([['a']]);
    expect((await ask(sql, ['ingest_date=2026-11-20/', 'ingest_date=2026-11-21/'])).rows).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
  });

  it('sees all that is there of a table whose partitions are projected', async () => {
    const sql = 'SELECT count(*) FROM albums';
    expect((await ask(sql, 'projected')).rows).toEqual([['0']]);
    storeAlbums('2026-11-20', ['a']);
    storeAlbums('2026-11-21', ['b'], {}, 'run-2');
    expect((await ask(sql, 'projected')).rows).toEqual([['2']]);
  });

  it.each(['projected', []] as CatalogTable['partitions'][])(
    'can ask a table that holds nothing, with all its columns and types: %j',
    async (partitions) => {
      const response = await ask('SELECT * FROM albums', partitions);
      expect(response).toMatchObject({
        columns: ['id', 'total_tracks', 'release_date_day', 'ingested_at', 'ingest_date'],
        rows: [],
      });
      const { rows } = await ask('DESCRIBE albums', partitions);
      expect(rows.map(([, type]) => type)).toEqual([
        'VARCHAR',
        'INTEGER',
        'DATE',
        'TIMESTAMP',
        'VARCHAR',
      ]);
    },
  );

  it('gives the columns that the catalogue names, with its types, and the partition as text', async () => {
    const day = new Date('1981-01-01T00:00:00Z');
    storeAlbums('2026-11-21', ['a'], { total_tracks: 7, release_date_day: day, is_live: true });
    const response = await ask('SELECT * FROM albums', ['ingest_date=2026-11-21/']);
    expect(response).toMatchObject({
      columns: ['id', 'total_tracks', 'release_date_day', 'ingested_at', 'ingest_date'],
      rows: [['a', 7, '1981-01-01', '2026-11-21 06:00:00', '2026-11-21']],
    });
  });

  it('has a row of each run that wrote into the same partition', async () => {
    storeAlbums('2026-11-21', ['a'], {}, 'run-1');
    storeAlbums('2026-11-21', ['a'], {}, 'run-2');
    const { rows } = await ask('SELECT count(*) FROM albums', ['ingest_date=2026-11-21/']);
    expect(rows).toEqual([['2']]);
  });

  it('reads files from before a column was added', async () => {
    storeAlbums('2026-11-21', ['new'], { total_tracks: 7 });
    const old = parquetWriteBuffer({
      columnData: [
        { name: 'ingested_at', data: [ingested_at], type: 'TIMESTAMP' },
        { name: 'id', data: ['old'], type: 'STRING' },
        { name: 'release_date_day', data: [null], type: 'STRING' },
      ],
    });
    const file = join(folder, 'lake/curated/albums/ingest_date=2026-11-20/run-0.parquet');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(old));
    const { rows } = await ask('SELECT id, total_tracks FROM albums ORDER BY id', 'projected');
    expect(rows).toEqual([
      ['new', 7],
      ['old', null],
    ]);
  });

  it('reckons in UTC', async () => {
    const { rows } = await ask("SELECT current_setting('TimeZone')", []);
    expect(rows).toEqual([['UTC']]);
  });

  it('says what is wrong with a query', async () => {
    await expect(ask('SELECT nothing FROM albums', [])).rejects.toThrow(/nothing/);
    await expect(ask('SELECT * FROM nowhere', [])).rejects.toThrow(/nowhere/);
    await expect(ask('SELEC 1', [])).rejects.toThrow(/syntax error/);
  });
});

describe('A view', () => {
  const albums = { albums: table('projected') };
  const ask = (sql: string, views: Record<string, { view: string }>, tables = albums) =>
    runSql(sql, tables, folder, views);

  it('is asked as a table is, and may stand on a view before it', async () => {
    storeAlbums('2026-11-20', ['a', 'b']);
    const views = {
      ids: { view: "SELECT id FROM albums WHERE ingest_date >= '2026-11-20'" },
      greatest: { view: 'SELECT max(id) AS id FROM ids' },
    };
    expect((await ask('SELECT id FROM greatest', views)).rows).toEqual([['b']]);
  });

  it('over a table that no crawl has made is not there, and keeps no other query from its rows', async () => {
    const views = { current_tracks: { view: 'SELECT id FROM tracks' } };
    expect((await ask('SELECT count(*) FROM albums', views)).rows).toEqual([['0']]);
    await expect(ask('SELECT id FROM current_tracks', views)).rejects.toThrow(
      'Table with name current_tracks does not exist',
    );
  });

  it('with a mistake says so', async () => {
    const views = { broken: { view: 'SELECT no_such_column FROM albums' } };
    await expect(ask('SELECT 1', views)).rejects.toThrow('no_such_column');
  });
});

describe('The catalogue', () => {
  const file = () => join(folder, 'new/catalog.json');

  it('is empty where there is none yet, and keeps what is written', () => {
    const catalog = openCatalog(file());
    expect(catalog.read()).toEqual({});
    catalog.write('a', table([]));
    catalog.write('b', table('projected'));
    catalog.write('a', table(['ingest_date=2026-11-21/']));
    expect(openCatalog(file()).read()).toEqual({
      a: table(['ingest_date=2026-11-21/']),
      b: table('projected'),
    });
  });

  it('is replaced as a whole: who reads meanwhile sees the old one or the new', () => {
    const catalog = openCatalog(file());
    catalog.write('a', table([]));
    const old = readFileSync(file(), 'utf8');
    const reader = openSync(file(), 'r');
    catalog.write('b', table([]));
    expect(readFileSync(reader, 'utf8')).toBe(old);
    closeSync(reader);
    expect(readdirSync(dirname(file()))).toEqual(['catalog.json']);
  });

  it.each([
    ['', 'is empty: delete it'],
    ['{"albums": {"loc', 'is not whole JSON: choose another folder, or delete it if'],
    ['{"albums":[{"id":"a"}],"tracks":{}}', 'is not a Glue catalogue of a local stage'],
    ['[]', 'is not a Glue catalogue of a local stage'],
  ])('in a file that says %j is said to be none, and that file is left alone', (text, message) => {
    mkdirSync(dirname(file()));
    writeFileSync(file(), text);
    const catalog = openCatalog(file());
    for (const use of [() => catalog.read(), () => catalog.write('a', table([]))]) {
      expect(use).toThrow(
        expect.objectContaining({
          name: 'InvalidInput',
          message: expect.stringContaining(`${file()} ${message}`),
        }),
      );
    }
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('takes the tables and views that the template declares, and leaves the others alone', () => {
    const catalog = openCatalog(file());
    catalog.write('albums', table(['ingest_date=2026-11-21/']));
    const declared = {
      format: 'parquet' as const,
      location: 's3://lake/curated/runs/',
      columns,
      partitionKeys: ['ingest_date'],
    };
    const viewColumns = [{ name: 'one', type: 'int' }];
    const declaredViews = [{ name: 'newest', sql: 'SELECT 1 AS one', columns: viewColumns }];
    declareTables(catalog, { declaredTables: [{ name: 'runs', ...declared }], declaredViews });
    expect(catalog.views()).toEqual({
      newest: { view: 'SELECT 1 AS one', columns: viewColumns },
    });
    expect(catalog.read()).toEqual({
      albums: table(['ingest_date=2026-11-21/']),
      runs: { ...declared, partitions: 'projected' },
    });
  });
});

describe('JSON events in SQL', () => {
  it('are read by the exact names of their fields, as enrichment saw them', async () => {
    const file = join(folder, 'lake/events/ingest_date=2026-11-21/a.json');
    mkdirSync(dirname(file), { recursive: true });
    const events = [
      { country: 'exact', Country: 'other' },
      { Country: 'other' },
      { COUNTRY: 'other', country: 'exact' },
    ];
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const table: CatalogTable = {
      location: 's3://lake/events/',
      format: 'json',
      columns: [{ name: 'country', type: 'string' }],
      partitionKeys: ['ingest_date'],
      partitions: 'projected',
    };
    const { rows } = await runSql('SELECT country FROM events', { events: table }, folder);
    expect(rows).toEqual([['exact'], [null], ['exact']]);
  });
});

describe('The number of statements', () => {
  it('is counted again after a database that could not be opened', async () => {
    const create = jest
      .spyOn(DuckDBInstance, 'create')
      .mockRejectedValueOnce(new Error('no memory'));
    await expect(countStatements('SELECT 1')).rejects.toThrow('no memory');
    await expect(countStatements('SELECT 1; SELECT 2')).resolves.toBe(2);
    await expect(countStatements('SELECT 3')).resolves.toBe(1);
    expect(create).toHaveBeenCalledTimes(2);
    create.mockRestore();
  });
});
