import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Catalog, type CatalogTable, openCatalog } from 'local-aws/glue/catalog.ts';
import { InvalidInput } from '../core/errors.ts';
import { GLUE_TYPES, tables } from '../core/lake/tables.ts';
import { bucketsOf, LOCAL_STAGE } from '../core/names.ts';
import { shellQuote } from '../core/terminal/shell-quote.ts';

const root = resolve(import.meta.dirname, '..');

/** The lake that `npm start` left in a folder: its files, and its tables as they can be queried. */
export interface LeftLake {
  catalog: Pick<Catalog, 'read' | 'views'>;
  lakeFolder: string;
}

/** Throws InvalidInput where there is no lake yet, or no catalogue of one. */
export function openLeftLake(folder: string): LeftLake {
  const path = resolve(root, folder);
  const catalogFile = join(path, 'catalog.json');
  if (!existsSync(catalogFile)) {
    const start = folder === '.local' ? 'npm start' : `npm start -- --folder ${shellQuote(folder)}`;
    throw new InvalidInput(`There is no lake in ${folder} yet: run \`${start}\` first`);
  }
  const catalog = openCatalog(catalogFile);
  try {
    catalog.read();
  } catch (cause) {
    throw new InvalidInput((cause as Error).message, { cause });
  }
  return { catalog: withEmptyTables(catalog), lakeFolder: join(path, 'lake') };
}

/** Tables that no crawl has made yet have no rows: a query on an empty lake is no mistake. */
export function withEmptyTables({
  read,
  views,
}: Pick<Catalog, 'read' | 'views'>): Pick<Catalog, 'read' | 'views'> {
  const { lake } = bucketsOf(LOCAL_STAGE, '');
  const empty = Object.fromEntries(
    Object.entries(tables).map(([name, columns]): [string, CatalogTable] => [
      name,
      {
        location: `s3://${lake}/curated/${name}/`,
        columns: columns.map((column) => ({ name: column.name, type: GLUE_TYPES[column.type] })),
        partitionKeys: ['ingest_date'],
        partitions: [],
      },
    ]),
  );
  return { read: () => ({ ...empty, ...read() }), views };
}
