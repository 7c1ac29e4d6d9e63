import type { KeyedRecord } from '../kinesis/records.ts';
import { hashKeyOf } from './buckets.ts';
import { cut } from './lines.ts';

/**
 * How a router joins lines into records for a segment's stream.
 * - `minBytes`: what Firehose bills a record as at least; records are larger where there is enough.
 * - `maxBytes`: a record is closed before it would grow beyond.
 */
export const PACKING = { minBytes: 5 * 1024, maxBytes: 256 * 1024 };

export interface PackableLines {
  /** The key of a bucket of sessions (buckets.ts), or a session id. */
  readonly partitionKey: string;
  /** NDJSON: every event ends with a line feed. */
  readonly lines: Buffer;
}

export interface PackedRecord extends KeyedRecord {
  readonly data: Buffer;
  /** Which items of the input it holds, ascending. */
  readonly from: readonly number[];
}

/**
 * Joins lines of equal keys into records; within a key, and so within a session, the input's order
 * holds. Records come in the order of their first items.
 */
export function packRecords(items: readonly PackableLines[], packing = PACKING): PackedRecord[] {
  const groups = Map.groupBy(items.keys(), (i) => (items[i] as PackableLines).partitionKey);
  const linesOf = (i: number) => (items[i] as PackableLines).lines;
  const records = [...groups].flatMap(([partitionKey, indices]) => {
    // A session id has no place of its own: Kinesis hashes it into the range of its bucket.
    const explicitHashKey = hashKeyOf(partitionKey);
    return cut(indices, (i) => linesOf(i).length, packing).map((from) => ({
      partitionKey,
      ...(explicitHashKey !== undefined && { explicitHashKey }),
      data: from.length === 1 ? linesOf(from[0] as number) : Buffer.concat(from.map(linesOf)),
      from,
    }));
  });
  return records.sort((a, b) => (a.from[0] as number) - (b.from[0] as number));
}
