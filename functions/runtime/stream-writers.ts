import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { Pace } from '../../core/kinesis/pace.ts';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { PUT_RECORD_BATCH, PUT_RECORDS } from '../../core/kinesis/send-queue.ts';
import { type WriteReport, writeRecords } from '../../core/kinesis/write-records.ts';

/** Writes records in full calls until `remainingMs` is nearly 0, and reports what it could not place. */
export type Write<T> = (records: readonly T[], remainingMs: () => number) => Promise<WriteReport>;

export const writeToStream =
  (kinesis: KinesisClient, streamName: string, pace = new Pace()): Write<KeyedRecord> =>
  (records, deadline) =>
    writeRecords(records, {
      limits: PUT_RECORDS,
      deadline,
      pace,
      async send(batch, abortSignal) {
        const Records = batch.map(({ partitionKey, data, explicitHashKey }) => ({
          PartitionKey: partitionKey,
          Data: data,
          ...(explicitHashKey !== undefined && { ExplicitHashKey: explicitHashKey }),
        }));
        const command = new PutRecordsCommand({ StreamName: streamName, Records });
        const response = await kinesis.send(command, { abortSignal });
        return resultsOf(response.Records);
      },
    });

export const writeToDelivery =
  (firehose: FirehoseClient, deliveryStreamName: string, pace = new Pace()): Write<Buffer> =>
  (lines, deadline) =>
    writeRecords(
      lines.map((data) => ({ data })),
      {
        limits: PUT_RECORD_BATCH,
        deadline,
        pace,
        async send(batch, abortSignal) {
          const command = new PutRecordBatchCommand({
            DeliveryStreamName: deliveryStreamName,
            Records: batch.map(({ data }) => ({ Data: data })),
          });
          const response = await firehose.send(command, { abortSignal });
          return resultsOf(response.RequestResponses);
        },
      },
    );

/** Single records fail in a response that succeeds. */
const resultsOf = (entries: readonly { ErrorCode?: string | undefined }[] = []) =>
  entries.map(({ ErrorCode }) => (ErrorCode ? { errorCode: ErrorCode } : undefined));

/** How often a single write failed, by error code, and what made a whole call fail for good. */
export function errorsOf(...reports: readonly WriteReport[]): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const { errors: codes, failure } of reports) {
    for (const [code, count] of Object.entries(codes)) errors[code] = (errors[code] ?? 0) + count;
    if (failure === undefined) continue;
    const name = failure instanceof Error ? failure.name : 'unknown';
    errors[name] = (errors[name] ?? 0) + 1;
  }
  return errors;
}
