import type { KeyedRecord } from '../kinesis/records.ts';
import { hashKeyOf } from './buckets.ts';
import { cut } from './lines.ts';

/**
 * How a router joins gzip members into records for a segment's stream.
 * - `minBytes`: what Firehose bills a record as at least; records are larger where there is enough.
 * - `maxBytes`: a record is closed before it would grow beyond.
 */
export const PACKING = { minBytes: 5 * 1024, maxBytes: 256 * 1024 };

export interface Packable {
  /** The key of a bucket of sessions (buckets.ts), or a session id. */
  readonly partitionKey: string;
  /** A gzip member of NDJSON: every event ends with a line feed. */
  readonly data: Buffer;
}

export interface PackedRecord extends KeyedRecord {
  readonly data: Buffer;
  /** Which items of the input it holds, ascending. */
  readonly from: readonly number[];
}

/**
 * Joins the members of equal keys into records, which are gzip files themselves; within a key, and so
 * within a session, the input's order holds. Records come in the order of their first items.
 */
export function packRecords(items: readonly Packable[], packing = PACKING): PackedRecord[] {
  const groups = Map.groupBy(items.keys(), (i) => (items[i] as Packable).partitionKey);
  const dataOf = (i: number) => (items[i] as Packable).data;
  const records = [...groups].flatMap(([partitionKey, indices]) => {
    // A session id has no place of its own: Kinesis hashes it into the range of its bucket.
    const explicitHashKey = hashKeyOf(partitionKey);
    return cut(indices, (i) => dataOf(i).length, packing).map((from) => ({
      partitionKey,
      ...(explicitHashKey !== undefined && { explicitHashKey }),
      data: from.length === 1 ? dataOf(from[0] as number) : Buffer.concat(from.map(dataOf)),
      from,
    }));
  });
  return records.sort((a, b) => (a.from[0] as number) - (b.from[0] as number));
}
