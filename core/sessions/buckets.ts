import { middleOfRange, ringPositionOf } from '../kinesis/ring-position.ts';

/**
 * Sessions are divided into buckets: equal ranges of the ring that Kinesis divides among its shards,
 * by the same hash (MD5 of the session id). All events of a bucket and a segment go through one
 * partition key. So the events of one source shard fall into few buckets, whatever their number, and
 * a bucket is within one shard of the next stream.
 *
 * Twice as many as shards: then a stream may be doubled or halved before or after its writer learns
 * of it, and each session keeps its order (a bucket's halves are in the shard that the bucket was in).
 */
export function bucketsFor(shards: number): number {
  return Math.min(MAX_BUCKETS, Math.max(4, 2 * 2 ** Math.ceil(Math.log2(shards))));
}

/** Two bytes of the hash decide. */
const MAX_BUCKETS = 65_536;

/** The function that gives a session's bucket, one of `buckets`, a power of two. */
export function createBucketOf(buckets: number): (sessionId: string) => number {
  const divisor = MAX_BUCKETS / buckets;
  return (sessionId) => Math.floor(ringPositionOf(sessionId) / divisor);
}

/** The partition key of a segment's bucket, such as `usa-3-of-16`. */
export const bucketKey = (segment: string, bucket: number, buckets: number): string =>
  `${segment}-${bucket}-of-${buckets}`;

/**
 * The middle of the range that a bucket's key names, as Kinesis' explicit hash key: spread evenly,
 * where hashes of a few names might all be in one shard. Undefined for any other partition key.
 */
export function hashKeyOf(key: string): string | undefined {
  const [, bucket, buckets] = /-(\d+)-of-(\d+)$/.exec(key) ?? [];
  if (bucket === undefined || buckets === undefined) return undefined;
  if (BigInt(bucket) >= BigInt(buckets)) return undefined;
  return middleOfRange(bucket, buckets);
}
