import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { CatalogTable, CatalogView } from '../glue/catalog.ts';
import { keysUnder } from '../s3/keys-under.ts';
import { duckTypeOf } from './duck-types.ts';

export interface QueryResult {
  columns: string[];
  /** DuckDB's names of the columns' types. */
  types: string[];
  rows: unknown[][];
}

/**
 * DuckDB as Athena: the views of the catalogue over a view for each table, over its partitions'
 * files. A query reads files of the lake and no others. Rejects with DuckDB's message; a signal
 * interrupts the query.
 */
export async function runSql(
  sql: string,
  tables: Record<string, CatalogTable>,
  lakeFolder: string,
  views: Record<string, CatalogView> = {},
  signal?: AbortSignal,
  /** Of the tables, as a query may name it: `shop.albums`. */
  databaseName?: string,
): Promise<QueryResult> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    await connection.run("SET TimeZone = 'UTC'");
    if (databaseName && !OF_DUCKDB.has(databaseName)) {
      await connection.run(`ATTACH ':memory:' AS ${quote(databaseName)}`);
      await connection.run(`USE ${quote(databaseName)}`);
    }
    await connection.run(`SET allowed_directories = [${literal(join(lakeFolder, '/'))}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    for (const macro of ATHENA_FUNCTIONS) await connection.run(macro);
    for (const [name, table] of Object.entries(tables)) {
      await connection.run(viewOf(name, table, lakeFolder));
    }
    for (const [name, { view }] of Object.entries(views)) {
      await createView(connection, name, view);
    }
    const statement = await connection.prepare(sql);
    if (!READ_ONLY.has(statement.statementType)) {
      throw new Error('Only a SELECT can be run: the tables belong to the pipeline');
    }
    signal?.throwIfAborted();
    const reader = await statement.runAndReadAll();
    return {
      columns: reader.columnNames(),
      types: reader.columnTypes().map(String),
      rows: reader.getRowsJson(),
    };
  } finally {
    signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
    database.closeSync();
  }
}

/** Reads SQL and runs none; a database of its own for each text would take 12 ms. */
let parser: Promise<DuckDBConnection> | undefined;

/** How many statements a text holds; rejects where it is no SQL. */
export async function countStatements(sql: string): Promise<number> {
  parser ??= openParser();
  return (await (await parser).extractStatements(sql)).count;
}

async function openParser(): Promise<DuckDBConnection> {
  try {
    return await (await DuckDBInstance.create(':memory:')).connect();
  } catch (error) {
    // The next text tries again.
    parser = undefined;
    throw error;
  }
}

/** Databases that are there already. */
const OF_DUCKDB = new Set(['memory', 'system', 'temp']);

/** Athena's functions that DuckDB lacks, or has under the same name for something else. */
const ATHENA_FUNCTIONS = [
  'CREATE MACRO cardinality(list) AS len(list)',
  'CREATE MACRO sequence(first, last) AS generate_series(first, last)',
];

/** A view over tables that no crawl has made yet is not there either. */
async function createView(connection: DuckDBConnection, name: string, sql: string): Promise<void> {
  try {
    await connection.run(`CREATE VIEW ${quote(name)} AS ${sql}`);
  } catch (error) {
    if (!/^Catalog Error: Table .* does not exist/.test((error as Error).message)) throw error;
  }
}

const READ_ONLY = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

/** Paths of the files that a query of the table reads. */
export function filesOf({ location, partitions }: CatalogTable, lakeFolder: string): string[] {
  const { host: bucket, pathname } = new URL(location);
  const prefix = pathname.slice(1);
  const bucketPath = join(lakeFolder, bucket);
  return keysUnder(bucketPath, prefix)
    .filter(
      (key) =>
        partitions === 'projected' ||
        partitions.some((partition) => key.startsWith(prefix + partition)),
    )
    .map((key) => join(bucketPath, key));
}

function viewOf(name: string, table: CatalogTable, lakeFolder: string): string {
  const files = filesOf(table, lakeFolder);
  const columns = table.columns.map(({ name: column, type }) => ({
    column: quote(column),
    type: duckTypeOf(type),
  }));
  const keys = table.partitionKeys.map((key) => ({ column: quote(key), type: 'VARCHAR' }));
  const all = [...columns, ...keys];
  if (files.length === 0) {
    const nothing = all.map(({ column, type }) => `CAST(NULL AS ${type}) AS ${column}`);
    return `CREATE VIEW ${quote(name)} AS SELECT ${nothing.join(', ')} WHERE false`;
  }
  const list = files.map(literal).join(', ');
  if (table.format === 'json') {
    // Types are given and not guessed: another event must not change the table. Names are compared
    // with their case, as by the SerDe with `case.insensitive` FALSE.
    const types = columns.map(({ column, type }) => `${column}: ${literal(type)}`);
    return `CREATE VIEW ${quote(name)} AS SELECT * FROM read_json([${list}],
      format = 'newline_delimited', columns = {${types.join(', ')}},
      hive_partitioning = true, hive_types_autocast = false)`;
  }
  const casts = all.map(({ column, type }) => `CAST(${column} AS ${type}) AS ${column}`);
  return `CREATE VIEW ${quote(name)} AS SELECT ${casts.join(', ')} FROM read_parquet([${list}],
    hive_partitioning = true, hive_types_autocast = false, union_by_name = true)`;
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
