import type { KinesisStreamBatchResponse } from 'aws-lambda';
import { InvalidInput } from '../../core/errors.ts';
import type { SourcePosition } from '../../core/sessions/rejected-lines.ts';

/** A record as Lambda hands it over. Nothing of it comes from a producer but data and partition key. */
export interface StreamRecord {
  /** Its shard and its sequence number: `shardId-000000000003:4959…`. */
  readonly eventID: string;
  readonly eventSourceARN: string;
  readonly kinesis: {
    /** In base64. */
    readonly data: string;
    readonly sequenceNumber: string;
    readonly partitionKey?: string;
    /** Seconds since 1970, with the milliseconds behind the point. */
    readonly approximateArrivalTimestamp?: number;
  };
}

/** The records of a Kinesis event, in their order; throws InvalidInput for any other event. */
export function parseStreamEvent(event: unknown): readonly StreamRecord[] {
  const records = (event as { Records?: unknown } | null)?.Records;
  if (!Array.isArray(records)) throw new InvalidInput('The event has no list of Records');
  const other = records.findIndex((record) => !isStreamRecord(record));
  if (other < 0) return records;
  throw new InvalidInput(`Records[${other}] is not a record of a Kinesis stream`);
}

function isStreamRecord(record: Partial<StreamRecord> | null): boolean {
  const { eventID, eventSourceARN, kinesis } = record ?? {};
  return (
    typeof eventID === 'string' &&
    typeof eventSourceARN === 'string' &&
    typeof kinesis?.data === 'string' &&
    typeof kinesis.sequenceNumber === 'string'
  );
}

const COLON = 0x3a;
let lastShardId = '';

/** All records of a batch are of one shard: one string for all of them. */
export function shardIdOf({ eventID }: StreamRecord): string {
  if (!eventID.startsWith(lastShardId) || eventID.charCodeAt(lastShardId.length) !== COLON) {
    lastShardId = eventID.slice(0, eventID.indexOf(':'));
  }
  return lastShardId;
}

/** Where a record was; `partitionKey` is that of an event in an aggregated one. */
export function positionOf(
  record: StreamRecord,
  partitionKey = record.kinesis.partitionKey ?? '',
): SourcePosition {
  const { sequenceNumber, approximateArrivalTimestamp = 0 } = record.kinesis;
  return {
    stream: record.eventSourceARN.slice(record.eventSourceARN.lastIndexOf('/') + 1),
    shardId: shardIdOf(record),
    sequenceNumber,
    partitionKey,
    arrivedAt: new Date(approximateArrivalTimestamp * 1_000).toISOString(),
  };
}

/**
 * Acknowledges a batch up to the first record that was not written: from there on it is redelivered.
 * `unsent` holds indices of records, in any order.
 */
export function acknowledge(
  records: readonly StreamRecord[],
  unsent: readonly number[],
): KinesisStreamBatchResponse {
  // The records of a batch come from one shard, by rising sequence number.
  const first = records[unsent.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)];
  return {
    batchItemFailures: first ? [{ itemIdentifier: first.kinesis.sequenceNumber }] : [],
  };
}
