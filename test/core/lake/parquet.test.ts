import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { createTableWriter } from '../../../core/lake/parquet.ts';
import { type Column, type Row, type TableName, tables } from '../../../core/lake/tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const columnsOf = (table: TableName): Column[] => tables[table];

const sample: Record<Column['type'], (n: number) => Row[string]> = {
  STRING: (n) => `Ærø 東京 🎧 "${n}"`,
  INT32: (n) => n - 3,
  BOOLEAN: (n) => n % 2 === 0,
  DATE: (n) => new Date(Date.UTC(1960 + n, 1, 28)),
  TIMESTAMP: (n) => new Date(Date.UTC(2026, 10, 21, 6, 0, 0, n)),
};

/** Row `n` of a table; in every third row everything that may be null is null. */
const rowOf = (table: TableName, n: number): Row =>
  Object.fromEntries(
    columnsOf(table).map(({ name, type, required }) => [
      name,
      required || n % 3 !== 0 ? sample[type](n) : null,
    ]),
  );

function write(table: TableName, rows: Row[]): Uint8Array {
  const writer = createTableWriter(table);
  for (const row of rows) writer.add(row);
  expect(writer.rows).toBe(rows.length);
  return writer.finish();
}

const exactBuffer = (bytes: Uint8Array) =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

const read = (bytes: Uint8Array) =>
  parquetReadObjects({
    file: exactBuffer(bytes),
    compressors: { ZSTD: (input) => new Uint8Array(zstdDecompressSync(input)) },
  });

async function askDuckDb(bytes: Uint8Array, sql: (file: string) => string) {
  const file = join(folder, `${Math.random()}.parquet`);
  writeFileSync(file, bytes);
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return (await connection.runAndReadAll(sql(`'${file}'`))).getRowsJson();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

const duckTypes: Record<Column['type'], string> = {
  STRING: 'VARCHAR',
  INT32: 'INTEGER',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
};

const names = Object.keys(tables) as TableName[];

describe.each(names)('The Parquet file of %s', (table) => {
  const rows = Array.from({ length: 9 }, (_, n) => rowOf(table, n));
  const bytes = write(table, rows);

  it('reads back as it was written', async () => {
    expect(await read(bytes)).toEqual(rows);
  });

  it('has the types of its columns for DuckDB, in their order', async () => {
    const described = await askDuckDb(bytes, (file) => `DESCRIBE SELECT * FROM ${file}`);
    expect(described.map(([name, type]) => [name, type])).toEqual(
      columnsOf(table).map(({ name, type }) => [name, duckTypes[type]]),
    );
  });

  it('holds the same values for DuckDB', async () => {
    const result = await askDuckDb(bytes, (file) => `SELECT * FROM ${file}`);
    const expected = rows.map((row) =>
      columnsOf(table).map(({ name, type }) => {
        const value = row[name];
        if (!(value instanceof Date)) return value;
        const text = value.toISOString();
        if (type === 'DATE') return text.slice(0, 10);
        return text.replace('T', ' ').replace(/\.?0*Z$/, '');
      }),
    );
    expect(result).toEqual(expected);
  });

  it('is ZSTD throughout, and says which columns may not be null', () => {
    const { row_groups, schema } = parquetMetadata(exactBuffer(bytes));
    const codecs = row_groups.flatMap((group) => group.columns.map((c) => c.meta_data?.codec));
    expect(new Set(codecs)).toEqual(new Set(['ZSTD']));
    expect(schema.slice(1).map(({ repetition_type }) => repetition_type)).toEqual(
      columnsOf(table).map(({ required }) => (required ? 'REQUIRED' : 'OPTIONAL')),
    );
  });
});

describe('A table', () => {
  const trackRow = (n: number): Row => ({
    ...rowOf('tracks', 1),
    id: `track${n}`,
    duration_ms: n,
  });

  it('of more than 5,000 rows has a row group for each 5,000', async () => {
    const bytes = write(
      'tracks',
      Array.from({ length: 12_001 }, (_, n) => trackRow(n)),
    );
    const { row_groups, num_rows } = parquetMetadata(exactBuffer(bytes));
    expect(row_groups.map((group) => Number(group.num_rows))).toEqual([5_000, 5_000, 2_001]);
    expect(Number(num_rows)).toBe(12_001);
    const ids = (await read(bytes)).map(({ id }) => id);
    expect(ids[0]).toBe('track0');
    expect(ids[5_000]).toBe('track5000');
    expect(new Set(ids).size).toBe(12_001);
    const [sums] = await askDuckDb(
      bytes,
      (file) => `SELECT count(*), count(DISTINCT id), sum(duration_ms)::VARCHAR FROM ${file}`,
    );
    expect(sums).toEqual(['12001', '12001', String((12_000 * 12_001) / 2)]);
  });

  it('of exactly 5,000 rows has one row group', () => {
    const bytes = write(
      'tracks',
      Array.from({ length: 5_000 }, (_, n) => trackRow(n)),
    );
    expect(parquetMetadata(exactBuffer(bytes)).row_groups).toHaveLength(1);
  });

  it('is the same bytes when it is written again', () => {
    const rows = Array.from({ length: 100 }, (_, n) => trackRow(n));
    expect(Buffer.from(write('tracks', rows)).equals(write('tracks', rows))).toBe(true);
  });

  it('takes a column that is not in the row for null', async () => {
    const [row] = await read(
      write('artists', [{ ...rowOf('artists', 1), name: undefined } as never]),
    );
    expect(row?.name).toBeNull();
  });

  it('refuses null in a column that may not be null', () => {
    const row = { ...rowOf('runs', 1), status: null };
    expect(() => write('runs', [row])).toThrow(/expected/);
  });
});
