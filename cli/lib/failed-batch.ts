import { hash } from 'node:crypto';
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import { isAggregated, readAggregated } from '../../core/kinesis/aggregated-record.ts';
import type { ReadRecord } from '../../core/kinesis/read-stream.ts';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { hashKeyOf } from '../../core/sessions/buckets.ts';
import { toRecord } from './to-record.ts';

/**
 * The object that Lambda writes for a discarded batch:
 * docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
const batchSchema = z.looseObject({
  timestamp: z.string(),
  requestContext: z.looseObject({ functionArn: z.string(), condition: z.string() }),
  KinesisBatchInfo: z.looseObject({
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    batchSize: z.number(),
    streamArn: z.string(),
  }),
  payload: z.string().optional(),
});

const payloadSchema = z.looseObject({
  Records: z.array(
    z.looseObject({
      kinesis: z.looseObject({
        partitionKey: z.string(),
        sequenceNumber: z.string(),
        data: z.string(),
        approximateArrivalTimestamp: z.number().optional(),
      }),
    }),
  ),
});

export interface FailedBatch {
  readonly key: string;
  /** The beginning of the object's UUID. */
  readonly id: string;
  readonly time: string;
  readonly functionName: string;
  readonly condition: string;
  readonly stream: string;
  readonly shardId: string;
  /** Of its first record. */
  readonly startSequenceNumber: string;
  readonly size: number;
  /** Throws InvalidInput where the object has none. */
  records(): ReadRecord[];
}

export function parseFailedBatch(key: string, bytes: Buffer): FailedBatch {
  const batch = parse(batchSchema, key, bytes.toString());
  const { requestContext, KinesisBatchInfo: info, timestamp, payload } = batch;
  return {
    key,
    id: idOf(key),
    time: timestamp,
    functionName: /function:([^:]+)/.exec(requestContext.functionArn)?.[1] ?? '',
    condition: requestContext.condition,
    stream: info.streamArn.slice(info.streamArn.lastIndexOf('/') + 1),
    shardId: info.shardId,
    startSequenceNumber: info.startSequenceNumber,
    size: info.batchSize,
    records() {
      if (payload === undefined) throw new InvalidInput(`${key} has no payload`);
      return parse(payloadSchema, key, payload).Records.map(({ kinesis }) => ({
        shardId: info.shardId,
        sequenceNumber: kinesis.sequenceNumber,
        partitionKey: kinesis.partitionKey,
        arrivedAt: new Date((kinesis.approximateArrivalTimestamp ?? 0) * 1_000),
        data: Buffer.from(kinesis.data, 'base64'),
      }));
    },
  };
}

/**
 * The record as it is sent again. Lambda's payload has no explicit hash key, and without one an aggregate
 * goes to another shard than the other events of its sessions: the Kinesis Producer Library has the key
 * "a" for all of them. So it goes where its first event belongs, and an envelope where its bucket is.
 */
export function placed({ partitionKey, data }: ReadRecord): KeyedRecord {
  const explicitHashKey = hashKeyOfBucket(partitionKey, data) ?? hashKeyOfAggregate(data);
  return { partitionKey, data, ...(explicitHashKey !== undefined && { explicitHashKey }) };
}

/** A producer may name a session like a bucket, `part-1-of-2`: that is where Kinesis hashes it. */
function hashKeyOfBucket(partitionKey: string, data: Buffer): string | undefined {
  const hashKey = hashKeyOf(partitionKey);
  if (hashKey === undefined) return undefined;
  const record = toRecord(data);
  return 'partitionKey' in record && record.partitionKey === partitionKey ? undefined : hashKey;
}

function hashKeyOfAggregate(data: Buffer): string | undefined {
  const [first] = (isAggregated(data) && readAggregated(data)) || [];
  if (first === undefined) return undefined;
  return first.explicitHashKey ?? BigInt(`0x${hash('md5', first.partitionKey)}`).toString();
}

/** `…/2026-11-22T06.00.00-1f0c…` is `1f0c…`, eight characters of it. */
const idOf = (key: string): string =>
  key
    .slice(key.lastIndexOf('/') + 1)
    .replace(/^.*?T[\d.]+-/, '')
    .slice(0, 8);

function parse<T>(schema: z.ZodType<T>, key: string, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InvalidInput(`${key} is no discarded batch of Lambda`, { cause });
  }
}
