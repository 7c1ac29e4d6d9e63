import type { KinesisStreamBatchResponse } from 'aws-lambda';
import { InvalidInput } from '../../core/errors.ts';
import type { SourcePosition } from '../../core/sessions/rejected-lines.ts';
import { Arena } from './arena.ts';

/** A record as Lambda hands it over, its data decoded. */
export interface StreamRecord {
  readonly stream: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Seconds since 1970, with the milliseconds behind the point. */
  readonly arrivedAt: number;
  readonly data: Buffer;
}

const COLON = 0x3a;

/** What is read of a record; nothing of it comes from a producer but `data` and `partitionKey`. */
interface LambdaRecord {
  eventID?: string;
  eventSourceARN?: string;
  kinesis?: {
    data?: string;
    sequenceNumber?: string;
    partitionKey?: string;
    approximateArrivalTimestamp?: number;
  };
}

/**
 * The records of a Kinesis event, in their order; throws InvalidInput for any other event. Their data
 * is in the arena, which is reset before.
 */
export function parseStreamEvent(event: unknown, arena = new Arena()): StreamRecord[] {
  arena.reset();
  const records = (event as { Records?: unknown } | null)?.Records;
  if (!Array.isArray(records)) throw new InvalidInput('The event has no list of Records');
  let arn = '';
  let stream = '';
  let shardId = '';
  return records.map((record: LambdaRecord | null, i) => {
    const { eventID, eventSourceARN, kinesis } = record ?? {};
    if (
      typeof eventID !== 'string' ||
      typeof eventSourceARN !== 'string' ||
      typeof kinesis?.data !== 'string' ||
      typeof kinesis.sequenceNumber !== 'string'
    ) {
      throw new InvalidInput(`Records[${i}] is not a record of a Kinesis stream`);
    }
    // All records of a batch are of one shard: one string for all of them.
    if (eventSourceARN !== arn) {
      arn = eventSourceARN;
      stream = arn.slice(arn.lastIndexOf('/') + 1);
    }
    if (!eventID.startsWith(shardId) || eventID.charCodeAt(shardId.length) !== COLON) {
      shardId = eventID.slice(0, eventID.indexOf(':'));
    }
    return {
      stream,
      shardId,
      sequenceNumber: kinesis.sequenceNumber,
      partitionKey: kinesis.partitionKey ?? '',
      arrivedAt: kinesis.approximateArrivalTimestamp ?? 0,
      data: decode(kinesis.data, arena),
    };
  });
}

function decode(base64: string, arena: Arena): Buffer {
  const data = arena.take(Buffer.byteLength(base64, 'base64'));
  const size = data.write(base64, 'base64');
  return size === data.length ? data : data.subarray(0, size);
}

export function positionOf(record: StreamRecord): SourcePosition {
  const { stream, shardId, sequenceNumber, partitionKey, arrivedAt } = record;
  const arrived = new Date(arrivedAt * 1_000).toISOString();
  return { stream, shardId, sequenceNumber, partitionKey, arrivedAt: arrived };
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
  return { batchItemFailures: first ? [{ itemIdentifier: first.sequenceNumber }] : [] };
}
