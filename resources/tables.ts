// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation resolves them
import { GLUE_TYPES, tables } from '../core/lake/tables.ts';
import { columns as sessionColumns } from '../core/sessions/fields.ts';
import { pascal, type Resource, type Resources } from './yaml.ts';

type GlueColumn = readonly [name: string, type: string];

const hive = 'org.apache.hadoop.hive.ql.io';
const formats = {
  parquet: {
    InputFormat: `${hive}.parquet.MapredParquetInputFormat`,
    OutputFormat: `${hive}.parquet.MapredParquetOutputFormat`,
    SerdeInfo: { SerializationLibrary: `${hive}.parquet.serde.ParquetHiveSerDe` },
  },
  json: {
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: `${hive}.HiveIgnoreKeyTextOutputFormat`,
    SerdeInfo: {
      SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
      // Lower-cased, keys that differ in case alone would collide and break every query of their day.
      Parameters: { 'case.insensitive': 'FALSE' },
    },
  },
};

/** A table or a view of the database. */
export const glueTable = (TableInput: object): Resource => ({
  Type: 'AWS::Glue::Table',
  Properties: {
    CatalogId: { Ref: 'AWS::AccountId' },
    DatabaseName: { Ref: 'Database' },
    TableInput,
  },
});

/** A table whose partitions are computed from the day: nothing has to register them. */
const declaredTable = (
  name: string,
  folder: string,
  format: keyof typeof formats,
  columns: readonly GlueColumn[],
): Resource =>
  glueTable({
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      classification: format,
      'projection.enabled': 'true',
      'projection.ingest_date.type': 'date',
      'projection.ingest_date.format': 'yyyy-MM-dd',
      'projection.ingest_date.range': '2026-01-01,NOW',
      // Without it open-source Trino finds no rows under a location that ends with a slash.
      'storage.location.template': { 'Fn::Sub': `${folder}ingest_date=\${!ingest_date}/` },
    },
    PartitionKeys: [{ Name: 'ingest_date', Type: 'string' }],
    StorageDescriptor: {
      Location: { 'Fn::Sub': folder },
      ...formats[format],
      Columns: columns.map(([Name, Type]) => ({ Name, Type })),
    },
  });

/** Declared, because its row is written after the crawl. */
export const runsTable = (): Resources => ({
  RunsTable: declaredTable(
    'runs',
    's3://${LakeBucket}/curated/runs/',
    'parquet',
    tables.runs.map(({ name, type }) => [name, GLUE_TYPES[type]]),
  ),
});

/** A row is an event, or a part of one that is too large for a line. */
export const rejectedTable = (): Resources => ({
  RejectedSessionsTable: declaredTable(
    'rejected_sessions',
    's3://${LakeBucket}/rejected/sessions/',
    'json',
    [
      ['event_id', 'string'],
      ['reason', 'string'],
      ['message', 'string'],
      ['field', 'string'],
      ['detail', 'string'],
      ['stream', 'string'],
      ['shard_id', 'string'],
      ['sequence_number', 'string'],
      ['partition_key', 'string'],
      ['arrived_at', 'string'],
      ['rejected_at', 'string'],
      ['part', 'int'],
      ['parts', 'int'],
      ['original', 'string'],
    ],
  ),
});

/** A row is an event that `tributary replay` sent: `replayed_as` is the `event_id` of the delivered copy. */
export const replayedTable = (): Resources => ({
  ReplayedSessionsTable: declaredTable(
    'replayed_sessions',
    's3://${LakeBucket}/replayed/sessions/',
    'json',
    [
      ['event_id', 'string'],
      ['replayed_as', 'string'],
      ['reason', 'string'],
      ['stream', 'string'],
      ['replayed_to', 'string'],
      ['replayed_at', 'string'],
    ],
  ),
});

export const sessionsTableName = (segment: string): string =>
  `sessions_${segment.replaceAll('-', '_')}`;

/** The delivered events of a segment. */
export const sessionsTable = (segment: string): Resources => ({
  [`Sessions${pascal(segment)}Table`]: declaredTable(
    sessionsTableName(segment),
    `s3://\${Sessions${pascal(segment)}Bucket}/firehose/`,
    'json',
    sessionColumns().map(({ Name, Type }) => [Name, Type]),
  ),
});
