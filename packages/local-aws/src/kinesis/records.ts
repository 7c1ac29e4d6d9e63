import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { MappingSettings } from '../service/stream-settings.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../service/template.ts';

/** A record as a shard holds it. */
export interface StreamRecord {
  shardId: string;
  sequenceNumber: string;
  partitionKey: string;
  /** Base64, as it comes from GetRecords and goes into Lambda's event. */
  data: string;
  /** In seconds, with the milliseconds behind the point. */
  arrivedAt: number;
}

/** The event that Lambda hands to a function. */
export function toLambdaEvent(
  records: readonly StreamRecord[],
  { streamArn, functionName }: Pick<MappingSettings, 'streamArn' | 'functionName'>,
): KinesisStreamEvent {
  return {
    Records: records.map(
      (record): KinesisStreamRecord => ({
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: record.partitionKey,
          sequenceNumber: record.sequenceNumber,
          data: record.data,
          approximateArrivalTimestamp: record.arrivedAt,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `${record.shardId}:${record.sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/${functionName}`,
        awsRegion: LOCAL_REGION,
        eventSourceARN: streamArn,
      }),
    ),
  };
}

/** What a record takes of an invocation's 6 MB: its data, and what stands around it. */
export const payloadBytesOf = ({ data, partitionKey }: StreamRecord): number =>
  data.length + partitionKey.length + 520;

/** Negative where `a` comes before `b`: sequence numbers are whole numbers of up to 186 bits. */
export const compareSequenceNumbers = (a: string, b: string): number =>
  a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
