import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runSql } from 'local-aws/athena/sql.ts';
import { openCatalog } from 'local-aws/glue/catalog.ts';
import { InvalidInput } from '../core/errors.ts';

const root = resolve(import.meta.dirname, '..');

/** Asks the lake that `npm start` left in a folder; nothing has to serve for it. */
export async function askLocal(sql: string, folder: string) {
  const path = resolve(root, folder);
  const catalogFile = join(path, 'catalog.json');
  if (!existsSync(catalogFile)) {
    throw new InvalidInput(`There is no lake in ${folder} yet: run npm start first`);
  }
  try {
    const tables = openCatalog(catalogFile).read();
    const { columns, types, rows } = await runSql(sql, tables, join(path, 'lake'));
    return {
      columns: columns.map((name, i) => ({ name, type: types[i] ?? '' })),
      rows: inOneGroup(rows),
    };
  } catch (error) {
    // DuckDB points at the place in further lines; the first says what is wrong.
    const [line] = (error as Error).message.split('\n');
    throw new InvalidInput(`SQL: ${line}`, { cause: error });
  }
}

async function* inOneGroup(rows: unknown[][]): AsyncGenerator<unknown[][]> {
  yield rows;
}
