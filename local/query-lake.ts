import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runSql } from 'local-aws/athena/sql.ts';
import { type CatalogTable, openCatalog } from 'local-aws/glue/catalog.ts';
import { InvalidInput } from '../core/errors.ts';
import { GLUE_TYPES, tables } from '../core/lake/tables.ts';
import { LOCAL_STAGE, lakeBucketOf } from '../core/names.ts';

const root = resolve(import.meta.dirname, '..');

/** Queries the lake that `npm start` left in a folder; nothing has to serve for it. */
export async function queryLake(sql: string, folder: string) {
  const path = resolve(root, folder);
  const catalogFile = join(path, 'catalog.json');
  if (!existsSync(catalogFile)) {
    const start = folder === '.local' ? 'npm start' : `npm start -- --folder ${folder}`;
    throw new InvalidInput(`There is no lake in ${folder} yet: run \`${start}\` first`);
  }
  const catalog = openCatalog(catalogFile);
  const all = withEmptyTables(catalog.read());
  const { columns, types, rows } = await runSql(sql, all, join(path, 'lake'), catalog.views());
  return {
    columns: columns.map((name, i) => ({ name, type: types[i] ?? '' })),
    rows: inOneGroup(rows),
  };
}

/** Tables that no crawl has made yet have no rows: a query on an empty lake is no mistake. */
export function withEmptyTables(
  catalog: Record<string, CatalogTable>,
): Record<string, CatalogTable> {
  const bucket = lakeBucketOf(LOCAL_STAGE, '');
  const empty = Object.entries(tables).map(([name, columns]): [string, CatalogTable] => [
    name,
    {
      location: `s3://${bucket}/curated/${name}/`,
      columns: columns.map((column) => ({ name: column.name, type: GLUE_TYPES[column.type] })),
      partitionKeys: ['ingest_date'],
      partitions: [],
    },
  ]);
  return { ...Object.fromEntries(empty), ...catalog };
}

async function* inOneGroup(rows: unknown[][]): AsyncGenerator<unknown[][]> {
  yield rows;
}
