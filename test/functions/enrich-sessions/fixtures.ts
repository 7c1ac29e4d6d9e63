import type { WriteReport } from '../../../core/kinesis/write-records.ts';
import { parseStreamEvent, type StreamRecord } from '../../../functions/runtime/stream-event.ts';
import type { Write } from '../../../functions/runtime/stream-writers.ts';

/** An event as a producer sends it. */
export const session = (id: string, more: object = {}) => ({
  session_id: id,
  customer_number: 100,
  city: 'Washington',
  country: 'USA',
  credit_limit: 1_000,
  browsing_history: [
    { product_code: 'Product1', quantity: 2, in_shopping_cart: true },
    { product_code: 'Product2', quantity: 1, in_shopping_cart: false },
  ],
  ...more,
});

/** The event that Lambda hands over, with sequence numbers 101, 102, 103 … of shard 3. */
export const lambdaEvent = (...data: (string | Buffer | object)[]) => ({
  Records: data.map((each, i) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: `key-${i}`,
      sequenceNumber: String(101 + i),
      data: bytesOf(each).toString('base64'),
      approximateArrivalTimestamp: 1_795_000_000.5 + i,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000003:${101 + i}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/x',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/sessions',
  })),
});

const bytesOf = (data: string | Buffer | object): Buffer => {
  if (Buffer.isBuffer(data)) return data;
  return Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
};

export const received = (...data: (string | Buffer | object)[]): readonly StreamRecord[] =>
  parseStreamEvent(lambdaEvent(...data));

/** A destination that keeps what is written, but for the indices in `unplaced`. */
export function givenWriter<T>(
  unplaced: readonly number[] = [],
  more: Partial<WriteReport> = {},
): { write: Write<T>; written: T[]; deadlines: number[] } {
  const written: T[] = [];
  const deadlines: number[] = [];
  return {
    written,
    deadlines,
    async write(records, remainingMs) {
      deadlines.push(remainingMs());
      written.push(...records.filter((_, i) => !unplaced.includes(i)));
      return { unplaced, calls: 1, errors: {}, ...more };
    },
  };
}
