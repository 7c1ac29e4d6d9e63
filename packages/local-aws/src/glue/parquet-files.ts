import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetSchema } from 'hyparquet';
import type { CatalogTable } from './catalog.ts';

/** The columns, and behind them those that the files have besides. */
export function withColumns(
  columns: CatalogTable['columns'],
  files: string[],
): CatalogTable['columns'] {
  const all = new Map(columns.map((column) => [column.name, column]));
  for (const file of files) {
    for (const column of columnsOf(readFileSync(file))) {
      if (!all.has(column.name)) all.set(column.name, column);
    }
  }
  return [...all.values()];
}

/** What a crawler notes about the objects that it has seen. */
export function countsOf(paths: string[]): Record<string, string> {
  const files = paths.map((path) => readFileSync(path));
  const rows = files.map((file) => Number(metadataOf(file).num_rows));
  const sum = (all: number[]) => String(all.reduce((a, b) => a + b, 0));
  return {
    recordCount: sum(rows),
    objectCount: String(files.length),
    sizeKey: sum(files.map(({ length }) => length)),
  };
}

/** Column names with Glue's types, out of a Parquet file's footer. */
function columnsOf(file: Buffer): CatalogTable['columns'] {
  const { children } = parquetSchema(metadataOf(file));
  return children.map(({ element: { name, type, converted_type: converted } }) => ({
    name,
    type: glueTypes[converted ?? ''] ?? glueTypes[type ?? ''] ?? 'string',
  }));
}

function metadataOf(file: Buffer) {
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  return parquetMetadata(bytes as ArrayBuffer);
}

const glueTypes: Record<string, string> = {
  UTF8: 'string',
  DATE: 'date',
  TIMESTAMP_MILLIS: 'timestamp',
  BOOLEAN: 'boolean',
  INT32: 'int',
  INT64: 'bigint',
  DOUBLE: 'double',
};
