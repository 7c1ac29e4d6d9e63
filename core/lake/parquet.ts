import { zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type Column, type Row, type TableName, tables } from './tables.ts';

/** Rows held as objects before they become compressed bytes: bounds the memory of a large run. */
const ROW_GROUP_SIZE = 5_000;

export interface TableWriter {
  readonly rows: number;
  add(row: Row): void;
  /** The whole file; nothing can be added afterwards. */
  finish(): Uint8Array;
}

/** Collects rows of one table into a Parquet file with ZSTD, a row group at a time. */
export function createTableWriter(table: TableName): TableWriter {
  const columns: Column[] = tables[table];
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaElement)],
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
    createdBy: 'tributary',
  });
  let group: Row[] = [];
  let rows = 0;

  const flush = () => {
    if (group.length === 0) return;
    const columnData = columns.map(({ name }) => ({
      name,
      data: group.map((row) => row[name] ?? null),
    }));
    // In memory it is done when it returns; only a file's writer gives a promise.
    void parquet.write({ columnData, rowGroupSize: ROW_GROUP_SIZE });
    group = [];
  };

  return {
    get rows() {
      return rows;
    },
    add(row) {
      rows += 1;
      group.push(row);
      if (group.length >= ROW_GROUP_SIZE) flush();
    },
    finish() {
      flush();
      void parquet.finish();
      return writer.getBytes();
    },
  };
}

function schemaElement({ name, type, required }: Column): SchemaElement {
  const repetition_type = required ? 'REQUIRED' : 'OPTIONAL';
  if (type === 'STRING')
    return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type };
  if (type === 'DATE') return { name, type: 'INT32', converted_type: 'DATE', repetition_type };
  if (type === 'TIMESTAMP') {
    return { name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type };
  }
  return { name, type, repetition_type };
}
