import type { Filter } from '../event-source/filter.ts';

/** AWS::Kinesis::Stream */
export interface StreamSettings {
  name: string;
  shards: number;
  retentionHours: number;
  isOnDemand?: boolean;
}

/** AWS::Lambda::EventSourceMapping of a stream. AWS's -1 for "no limit" is Infinity here. */
export interface MappingSettings {
  /** A UUID, as AWS gives out; the same for the same logical id. */
  id: string;
  streamArn: string;
  streamName: string;
  functionArn: string;
  functionName: string;
  batchSize: number;
  windowSeconds: number;
  parallelization: number;
  start: StartingPosition;
  /** None: every record. Several: a record passes that matches one of them. */
  filters: Filter[];
  reportsItemFailures: boolean;
  bisects: boolean;
  retries: number;
  maxAgeSeconds: number;
  failureBucket: string | undefined;
}

export type StartingPosition =
  | { ShardIteratorType: 'TRIM_HORIZON' | 'LATEST' }
  | { ShardIteratorType: 'AT_TIMESTAMP'; Timestamp: number };

/** AWS::KinesisFirehose::DeliveryStream to S3. */
export interface DeliverySettings {
  name: string;
  /** Without one, records are put directly. */
  sourceStream: string | undefined;
  /** Logical ids of the roles that read the source and write the objects. */
  sourceRole: string | undefined;
  role: string;
  /** Where it logs errors; undefined where it does not. */
  log: { group: string; stream: string } | undefined;
  bucket: string;
  prefix: string;
  errorPrefix: string;
  bufferSeconds: number;
  bufferBytes: number;
  gzip: boolean;
  /** Behind the names of objects, such as `.gz`, or nothing. */
  fileExtension: string;
  /** Appended to each record. */
  delimiter: string;
}

/** Streams, mappings and delivery streams of the packaged template. */
export interface StreamingSettings {
  streams: StreamSettings[];
  mappings: MappingSettings[];
  deliveries: DeliverySettings[];
}
