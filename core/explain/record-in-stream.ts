import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { readAggregated } from '../kinesis/aggregated-record.ts';
import { eventIdOf } from '../sessions/event-id.ts';
import { thousands } from '../terminal/thousands.ts';
import type { Sources } from './sources.ts';

export interface SourceRecord {
  readonly facts: [string, string][];
  /** Of the event. */
  readonly raw?: string;
  /** What the record has instead of the part that was asked for. */
  readonly missing?: string;
}

/** The record at a position of the stream, or that part of an aggregated one; undefined where it has expired or nothing serves. */
export async function recordInStream(
  { name, kinesis }: NonNullable<Sources['stream']>,
  shardId: string,
  sequenceNumber: string,
  part: string | undefined,
): Promise<SourceRecord | undefined> {
  try {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: name,
        ShardId: shardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: sequenceNumber,
      }),
    );
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    const [record] = Records;
    if (record?.SequenceNumber !== sequenceNumber) return undefined;
    const { PartitionKey = '', ApproximateArrivalTimestamp, Data = [] } = record;
    const arrived: [string, string] = ['arrived', ApproximateArrivalTimestamp?.toISOString() ?? ''];
    const bytes = Buffer.from(Data);
    const parts = readAggregated(bytes);
    const recordId = eventIdOf(shardId, sequenceNumber);
    if (parts === undefined) {
      const missing = `The record ${recordId} is no aggregate: its one event is ${recordId}`;
      const whole = part === undefined ? { raw: textOf(bytes) } : { missing };
      return { facts: [['partition key', PartitionKey], arrived], ...whole };
    }
    const count: [string, string] = ['events in it', String(parts.length)];
    if (part === undefined) return { facts: [count, arrived] };
    const event = parts[Number(part) - 1];
    if (event === undefined) {
      const events = parts.length === 1 ? '1 event' : `${thousands(parts.length)} events`;
      const missing = `The record ${recordId} has ${events}: the last is ${recordId}#${parts.length}`;
      return { facts: [count, arrived], missing };
    }
    return {
      facts: [count, ['partition key', event.partitionKey], arrived],
      raw: textOf(Buffer.from(event.data)),
    };
  } catch {
    return undefined;
  }
}

/** Bytes that are no UTF-8 are base64. */
export const textOf = (bytes: Buffer): string => {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : `base64:${bytes.toString('base64')}`;
};
