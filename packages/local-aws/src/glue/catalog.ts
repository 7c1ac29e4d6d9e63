import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DeclaredTable, DeclaredView } from '../service/service.ts';

/** A table of the Glue catalogue, as far as queries need it. */
export interface CatalogTable {
  /** `s3://bucket/prefix/` */
  location: string;
  /** Parquet if left out. */
  format?: 'parquet' | 'json';
  columns: { name: string; type: string }[];
  partitionKeys: string[];
  /** Folders below the location, e.g. `ingest_date=2026-11-21/`; 'projected' means: all that are there. */
  partitions: string[] | 'projected';
  /** As a crawler writes them, such as `recordCount`. */
  parameters?: Record<string, string>;
  /** Milliseconds since 1970. */
  createdAt?: number;
  updatedAt?: number;
}

/** A view of the Glue catalogue: a SELECT over its tables and over views declared before it. */
export interface CatalogView {
  view: string;
  columns?: { name: string; type: string }[];
}

/** The tables of the local stage, in a file, so that queries work after it has ended. */
export interface Catalog {
  read(): Record<string, CatalogTable>;
  views(): Record<string, CatalogView>;
  write(name: string, entry: CatalogTable | CatalogView): void;
}

export function openCatalog(file: string): Catalog {
  const all = (): [string, CatalogTable | CatalogView][] =>
    existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8'))) : [];
  return {
    read: () =>
      Object.fromEntries(
        all().filter((each): each is [string, CatalogTable] => !('view' in each[1])),
      ),
    views: () =>
      Object.fromEntries(all().filter((each): each is [string, CatalogView] => 'view' in each[1])),
    write(name, entry) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        `${JSON.stringify({ ...Object.fromEntries(all()), [name]: entry }, null, 2)}\n`,
      );
    },
  };
}

/** Enters the tables and views that the template declares; the tables' partitions are projected. */
export function declareTables(
  catalog: Catalog,
  {
    declaredTables,
    declaredViews,
  }: { declaredTables: DeclaredTable[]; declaredViews: DeclaredView[] },
): void {
  for (const { name, ...table } of declaredTables) {
    catalog.write(name, { ...table, partitions: 'projected' });
  }
  for (const { name, sql, columns } of declaredViews) {
    catalog.write(name, { view: sql, columns });
  }
}
