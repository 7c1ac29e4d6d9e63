import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DeclaredTable } from '../service/service.ts';

/** A table of the Glue catalogue, as far as queries need it. */
export interface CatalogTable {
  /** `s3://bucket/prefix/` */
  location: string;
  /** Parquet where nothing is said. */
  format?: 'parquet' | 'json';
  columns: { name: string; type: string }[];
  partitionKeys: string[];
  /** Folders below the location, e.g. `ingest_date=2026-11-21/`; 'projected' means: all that are there. */
  partitions: string[] | 'projected';
}

/** The tables of the local stage, in a file, so that queries work after it has ended. */
export interface Catalog {
  read(): Record<string, CatalogTable>;
  write(name: string, table: CatalogTable): void;
}

export function openCatalog(file: string): Catalog {
  const read = (): Record<string, CatalogTable> =>
    existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return {
    read,
    write(name, table) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ ...read(), [name]: table }, null, 2)}\n`);
    },
  };
}

/** Enters the tables that the template declares; their partitions are projected. */
export function declareTables(catalog: Catalog, tables: DeclaredTable[]): void {
  for (const { name, ...table } of tables)
    catalog.write(name, { ...table, partitions: 'projected' });
}
