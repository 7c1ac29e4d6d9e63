import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  GlueClient,
  type TableInput,
} from '@aws-sdk/client-glue';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CatalogTable } from 'local-aws/glue/catalog.ts';
import { CREDENTIALS, REGION } from '../lib/ministack.ts';

const PARQUET = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: {
    SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  },
};

export interface ServedLake {
  /** Copies what is in the folders of the local buckets. */
  upload(lakeFolder: string): Promise<void>;
  createDatabase(name: string): Promise<void>;
  /** A table or a view as the template declares it, resolved. */
  declare(database: string, table: TableInput): Promise<void>;
  /** A table as a crawler makes it, with its partitions. */
  crawl(database: string, name: string, table: CatalogTable): Promise<void>;
  close(): void;
}

/** Gives a lake of the local stage to the S3 and the Glue at `endpoint`. */
export function serveLake(endpoint: string): ServedLake {
  const options = { endpoint, region: REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const glue = new GlueClient(options);
  return {
    async upload(lakeFolder) {
      for (const bucket of readdirSync(lakeFolder)) {
        await s3.send(new CreateBucketCommand({ Bucket: bucket }));
        const folder = join(lakeFolder, bucket);
        const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
        for (const entry of entries.filter((each) => each.isFile())) {
          const file = join(entry.parentPath, entry.name);
          const Key = relative(folder, file);
          if (Key.startsWith('raw/')) continue; // no table is over it
          await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: readFileSync(file) }));
        }
      }
    },
    async createDatabase(name) {
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: name } }));
    },
    async declare(DatabaseName, table) {
      // Where Glue leaves a field out, MiniStack gives an empty one or the other way round, and Trino
      // minds: it counts buckets, and takes the description for the comment by which it knows views.
      const { NumberOfBuckets = 0, ...descriptor } = table.StorageDescriptor ?? {};
      const { Description = table.Parameters?.comment } = table;
      const StorageDescriptor = { ...descriptor, NumberOfBuckets };
      const TableInput = { ...table, Description, StorageDescriptor };
      await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
    },
    async crawl(DatabaseName, name, { location, columns, partitionKeys, partitions }) {
      const StorageDescriptor = {
        ...PARQUET,
        Columns: columns.map(({ name: Name, type: Type }) => ({ Name, Type })),
        NumberOfBuckets: 0,
      };
      const TableInput = {
        Name: name,
        TableType: 'EXTERNAL_TABLE',
        Parameters: { classification: 'parquet' },
        PartitionKeys: partitionKeys.map((Name) => ({ Name, Type: 'string' })),
        StorageDescriptor: { ...StorageDescriptor, Location: location },
      };
      await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
      for (const partition of partitions) {
        const PartitionInput = {
          Values: partition.split('/').filter(Boolean).map(partitionValue),
          StorageDescriptor: { ...StorageDescriptor, Location: `${location}${partition}` },
        };
        await glue.send(
          new CreatePartitionCommand({ DatabaseName, TableName: name, PartitionInput }),
        );
      }
    },
    close() {
      s3.destroy();
      glue.destroy();
    },
  };
}

/** `ingest_date=2026-11-21` → `2026-11-21`. */
const partitionValue = (folder: string): string => folder.slice(folder.indexOf('=') + 1);
