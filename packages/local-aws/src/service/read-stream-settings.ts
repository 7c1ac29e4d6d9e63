import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { parseFilterPattern } from '../event-source/filter.ts';
import type { DeliverySettings, MappingSettings, StreamSettings } from './stream-settings.ts';
import { roleOf } from './template.ts';
import { uuidOf } from './uuid.ts';

// Schemas are strict: an unsupported property is an error. Properties that make no difference on this
// machine are listed and ignored.
const ignored = z.unknown().optional();

/** What AWS gives a new on-demand stream; here it keeps them, whatever comes in. */
const ON_DEMAND_SHARDS = 4;

const streamSchema = z
  .strictObject({
    Name: z.string(),
    ShardCount: z.coerce.number().int().min(1).optional(),
    RetentionPeriodHours: z.coerce.number().int().min(24).default(24),
    StreamModeDetails: z
      .strictObject({ StreamMode: z.enum(['PROVISIONED', 'ON_DEMAND']) })
      .default({ StreamMode: 'PROVISIONED' }),
    StreamEncryption: ignored,
    Tags: ignored,
  })
  .refine(
    ({ ShardCount, StreamModeDetails: { StreamMode } }) =>
      (StreamMode === 'PROVISIONED') === (ShardCount !== undefined),
    { path: ['ShardCount'], error: 'a provisioned stream has one, an on-demand stream none' },
  );

const mappingSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.literal(true).optional(),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  ParallelizationFactor: z.coerce.number().int().min(1).max(10).default(1),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']),
  StartingPositionTimestamp: z.coerce.number().optional(),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) })
    .optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: z.coerce.number().int().min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: z.coerce
    .number()
    .int()
    .refine((seconds) => seconds === -1 || (seconds >= 60 && seconds <= 604_800))
    .default(-1),
  DestinationConfig: z
    .strictObject({
      OnFailure: z.strictObject({ Destination: z.string().regex(/^arn:aws:s3:::[^/]+$/) }),
    })
    .optional(),
  MetricsConfig: ignored,
  Tags: ignored,
});

const s3Schema = z.strictObject({
  BucketARN: z.string(),
  RoleARN: z.string(),
  Prefix: z.string(),
  ErrorOutputPrefix: z.string(),
  BufferingHints: z.strictObject({
    IntervalInSeconds: z.coerce.number().int().min(0).max(900),
    SizeInMBs: z.coerce.number().int().min(1).max(128),
  }),
  CompressionFormat: z.enum(['GZIP', 'UNCOMPRESSED']).default('UNCOMPRESSED'),
  // Of AWS: a dot and lower case letters, digits and some signs, in the place of that of the format.
  FileExtension: z
    .string()
    .regex(/^$|^\.[0-9a-z!\-_.*'()]+$/)
    .max(128)
    .optional(),
  ProcessingConfiguration: z
    .strictObject({
      Enabled: z.boolean(),
      Processors: z.array(
        z.strictObject({
          Type: z.literal('AppendDelimiterToRecord'),
          Parameters: z.array(
            z.strictObject({
              ParameterName: z.literal('Delimiter'),
              ParameterValue: z.string(),
            }),
          ),
        }),
      ),
    })
    .optional(),
  CloudWatchLoggingOptions: z
    .strictObject({
      Enabled: z.boolean(),
      LogGroupName: z.string().default(''),
      LogStreamName: z.string().default(''),
    })
    .optional(),
  EncryptionConfiguration: ignored,
});

const deliverySchema = z.strictObject({
  DeliveryStreamName: z.string(),
  DeliveryStreamType: z.enum(['KinesisStreamAsSource', 'DirectPut']),
  KinesisStreamSourceConfiguration: z
    .strictObject({ KinesisStreamARN: z.string(), RoleARN: z.string() })
    .optional(),
  ExtendedS3DestinationConfiguration: s3Schema,
  DeliveryStreamEncryptionConfigurationInput: ignored,
  Tags: ignored,
});

export function readStream(logicalId: string, properties: unknown): StreamSettings {
  const p = parse(streamSchema, logicalId, properties);
  return {
    name: p.Name,
    shards: p.ShardCount ?? ON_DEMAND_SHARDS,
    ...(p.ShardCount === undefined && { isOnDemand: true }),
    retentionHours: p.RetentionPeriodHours,
  };
}

export function readMapping(logicalId: string, properties: unknown): MappingSettings {
  const p = parse(mappingSchema, logicalId, properties);
  const limit = (value: number) => (value === -1 ? Number.POSITIVE_INFINITY : value);
  return {
    id: uuidOf(logicalId),
    streamArn: p.EventSourceArn,
    streamName: p.EventSourceArn.split('/').at(-1) as string,
    functionArn: p.FunctionName,
    functionName: p.FunctionName.split(':').at(-1) as string,
    batchSize: p.BatchSize,
    windowSeconds: p.MaximumBatchingWindowInSeconds,
    parallelization: p.ParallelizationFactor,
    start:
      p.StartingPosition === 'AT_TIMESTAMP'
        ? { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: p.StartingPositionTimestamp ?? 0 }
        : { ShardIteratorType: p.StartingPosition },
    filters: (p.FilterCriteria?.Filters ?? []).map(({ Pattern }) => parseFilterPattern(Pattern)),
    reportsItemFailures: p.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    bisects: p.BisectBatchOnFunctionError,
    retries: limit(p.MaximumRetryAttempts),
    maxAgeSeconds: limit(p.MaximumRecordAgeInSeconds),
    failureBucket: p.DestinationConfig?.OnFailure.Destination.split(':::')[1],
  };
}

export function readDelivery(logicalId: string, properties: unknown): DeliverySettings {
  const p = parse(deliverySchema, logicalId, properties);
  const s3 = p.ExtendedS3DestinationConfiguration;
  const source = p.KinesisStreamSourceConfiguration;
  if ((p.DeliveryStreamType === 'DirectPut') !== (source === undefined)) {
    throw new InvalidInput(`${logicalId}: its type does not go with its source`);
  }
  const log = s3.CloudWatchLoggingOptions;
  const processing = s3.ProcessingConfiguration;
  const [processor] = processing?.Enabled ? processing.Processors : [];
  return {
    name: p.DeliveryStreamName,
    sourceStream: source?.KinesisStreamARN.split('/').at(-1),
    sourceRole: source && roleOf(source.RoleARN),
    role: roleOf(s3.RoleARN),
    log: log?.Enabled ? { group: log.LogGroupName, stream: log.LogStreamName } : undefined,
    bucket: s3.BucketARN.split(':::')[1] as string,
    prefix: s3.Prefix,
    errorPrefix: s3.ErrorOutputPrefix,
    bufferSeconds: s3.BufferingHints.IntervalInSeconds,
    bufferBytes: s3.BufferingHints.SizeInMBs * 1024 * 1024,
    gzip: s3.CompressionFormat === 'GZIP',
    fileExtension: s3.FileExtension || (s3.CompressionFormat === 'GZIP' ? '.gz' : ''),
    // Written as a backslash and an n, as the console and CloudFormation take it.
    delimiter: (processor?.Parameters[0]?.ParameterValue ?? '').replaceAll('\\n', '\n'),
  };
}

function parse<T>(schema: z.ZodType<T>, logicalId: string, properties: unknown): T {
  const { data, error } = schema.safeParse(properties);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  const where = [logicalId, ...(issue?.path ?? [])].join('.');
  throw new InvalidInput(`Unsupported property ${where}: ${issue?.message}`);
}
