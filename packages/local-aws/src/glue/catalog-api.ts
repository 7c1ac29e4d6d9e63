import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { pageOf } from '../gateway/paging.ts';
import { LOCAL_ACCOUNT } from '../service/template.ts';
import type { Catalog, CatalogTable, CatalogView } from './catalog.ts';

type Input = Record<string, unknown>;

/** The actions of Glue that read the catalogue; all tables are in each database of the service. */
export function createCatalogApi(catalog: Catalog, databases: readonly string[]): JsonService {
  const createdAt = Date.now() / 1_000;

  function checkDatabase({ DatabaseName }: Input): string {
    if (databases.includes(String(DatabaseName))) return String(DatabaseName);
    throw notFound(`Database ${DatabaseName} not found.`);
  }
  const entries = (): Record<string, CatalogTable | CatalogView> => ({
    ...catalog.read(),
    ...catalog.views(),
  });
  function find(input: Input, name: unknown): [string, CatalogTable | CatalogView] {
    checkDatabase(input);
    const table = entries()[String(name)];
    if (table) return [String(name), table];
    throw notFound(`Entity Not Found: Table ${name} not found.`);
  }
  const describeDatabase = (Name: string) => ({
    Name,
    CatalogId: LOCAL_ACCOUNT,
    CreateTime: createdAt,
  });

  return {
    GetDatabases({ MaxResults, NextToken }) {
      const page = pageOf(databases, { ...LIST, wanted: MaxResults, token: NextToken });
      return { DatabaseList: page.items.map(describeDatabase), NextToken: page.next };
    },
    GetDatabase: ({ Name }) => ({
      Database: describeDatabase(checkDatabase({ DatabaseName: Name })),
    }),

    GetTables(input) {
      const { Expression, MaxResults, NextToken } = input;
      const database = checkDatabase(input);
      const named = Expression === undefined ? /^/ : new RegExp(`^(?:${Expression})$`);
      const all = Object.entries(entries())
        .filter(([name]) => named.test(name))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const page = pageOf(all, { ...LIST, wanted: MaxResults, token: NextToken });
      return {
        TableList: page.items.map(([name, table]) => describeTable(database, name, table)),
        NextToken: page.next,
      };
    },
    GetTable(input) {
      const [name, table] = find(input, input.Name);
      return { Table: describeTable(String(input.DatabaseName), name, table) };
    },

    GetPartitions(input) {
      const [TableName, table] = find(input, input.TableName);
      if ('view' in table) return { Partitions: [] };
      // Projected partitions are in no catalogue.
      const folders = table.partitions === 'projected' ? [] : table.partitions;
      const page = pageOf(folders, { ...LIST, wanted: input.MaxResults, token: input.NextToken });
      return {
        Partitions: page.items.map((folder) => ({
          DatabaseName: input.DatabaseName,
          TableName,
          Values: valuesOf(folder),
          StorageDescriptor: storageOf(table, table.location + folder),
        })),
        NextToken: page.next,
      };
    },
  };
}

const LIST = {
  fallback: 100,
  most: 1_000,
  numberError: 'InvalidInputException',
  tokenError: 'InvalidInputException',
};

const notFound = (message: string) => new AwsError('EntityNotFoundException', message);

/** The values in a folder such as `ingest_date=2026-11-21/`. */
const valuesOf = (folder: string): string[] =>
  folder
    .split('/')
    .filter((part) => part.includes('='))
    .map((part) => part.slice(part.indexOf('=') + 1));

function describeTable(DatabaseName: string, Name: string, table: CatalogTable | CatalogView) {
  const names = { Name, DatabaseName, CatalogId: LOCAL_ACCOUNT };
  if ('view' in table) {
    const Columns = (table.columns ?? []).map(({ name, type }) => ({ Name: name, Type: type }));
    return {
      ...names,
      TableType: 'VIRTUAL_VIEW',
      StorageDescriptor: { Location: '', Columns },
      PartitionKeys: [],
      Parameters: { presto_view: 'true' },
    };
  }
  return {
    ...names,
    TableType: 'EXTERNAL_TABLE',
    ...(table.createdAt !== undefined && { CreateTime: table.createdAt / 1_000 }),
    ...(table.updatedAt !== undefined && { UpdateTime: table.updatedAt / 1_000 }),
    StorageDescriptor: storageOf(table, table.location),
    PartitionKeys: table.partitionKeys.map((key) => ({ Name: key, Type: 'string' })),
    Parameters: {
      classification: table.format ?? 'parquet',
      ...(table.partitions === 'projected' && { 'projection.enabled': 'true' }),
      ...table.parameters,
    },
  };
}

const storageOf = ({ columns }: CatalogTable, Location: string) => ({
  Location,
  Columns: columns.map(({ name, type }) => ({ Name: name, Type: type })),
});
