import { randomUUID } from 'node:crypto';
import { type StreamRecord, toLambdaEvent } from '../kinesis/records.ts';
import type { MappingSettings } from '../service/stream-settings.ts';

/** Why a mapping discarded records. */
export interface Discard {
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  invocations: number;
  /** Set when the function raised an error, and not when it reported failures. */
  functionError: boolean;
}

/**
 * The object that Lambda writes to the bucket of an on-failure destination: the key and the JSON of
 * docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html, `payload` being the whole
 * event as an escaped JSON string.
 */
export function failureObject(
  records: readonly StreamRecord[],
  { condition, invocations, functionError }: Discard,
  mapping: Pick<MappingSettings, 'id' | 'functionArn' | 'functionName' | 'streamArn'>,
  now: Date,
): { key: string; body: string } {
  const [first] = records;
  const last = records.at(-1);
  if (!first || !last) throw new Error('There is nothing to discard');
  const timestamp = now.toISOString();
  const second = timestamp.slice(0, 19).replaceAll(':', '.');
  const day = timestamp.slice(0, 10).replaceAll('-', '/');
  const arrival = (record: StreamRecord) => new Date(record.arrivedAt * 1_000).toISOString();
  const invocation = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: functionError ? 'Unhandled' : null,
    },
    version: '1.0',
    timestamp,
    KinesisBatchInfo: {
      shardId: first.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: mapping.streamArn,
    },
    payload: JSON.stringify(toLambdaEvent(records, mapping)),
  };
  return {
    key: `aws/lambda/${mapping.id}/${first.shardId}/${day}/${second}-${randomUUID()}`,
    body: JSON.stringify(invocation),
  };
}
