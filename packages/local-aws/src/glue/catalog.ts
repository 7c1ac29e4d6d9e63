import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidInput } from '../errors.ts';
import { replaceFile } from '../replace-file.ts';
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

/**
 * The tables of the local stage, in a file, so that queries work after it has ended. Its methods throw
 * InvalidInput for a file that is no such catalogue, and leave it alone.
 */
export interface Catalog {
  read(): Record<string, CatalogTable>;
  views(): Record<string, CatalogView>;
  write(name: string, entry: CatalogTable | CatalogView): void;
}

export function openCatalog(file: string): Catalog {
  const all = (): [string, CatalogTable | CatalogView][] =>
    existsSync(file) ? Object.entries(parse(file)) : [];
  return {
    read: () =>
      Object.fromEntries(
        all().filter((each): each is [string, CatalogTable] => !('view' in each[1])),
      ),
    views: () =>
      Object.fromEntries(all().filter((each): each is [string, CatalogView] => 'view' in each[1])),
    write(name, entry) {
      mkdirSync(dirname(file), { recursive: true });
      replaceFile(
        file,
        `${JSON.stringify({ ...Object.fromEntries(all()), [name]: entry }, null, 2)}\n`,
      );
    },
  };
}

function parse(file: string): Record<string, CatalogTable | CatalogView> {
  const damaged =
    'is not whole JSON: choose another folder, or delete it if it is the catalogue of a local stage';
  let content: unknown;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.trim() === '') throw new InvalidInput(`${file} is empty: delete it and start again`);
    content = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidInput(`${file} ${damaged}`);
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
  }
  if (isCatalog(content)) return content;
  throw new InvalidInput(`${file} is not a Glue catalogue of a local stage: choose another folder`);
}

const isCatalog = (content: unknown): content is Record<string, CatalogTable | CatalogView> =>
  isObject(content) &&
  Object.values(content).every((each) => isObject(each) && ('location' in each || 'view' in each));

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
