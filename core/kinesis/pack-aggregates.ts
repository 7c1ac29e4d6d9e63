import { aggregate } from './aggregated-record.ts';
import type { KeyedRecord } from './records.ts';
import { middleOfRange, ringPositionOf } from './ring-position.ts';

/** Ranges of the ring: records of one range are packed together, and so are in one shard of up to 64. */
const RANGES = 64;
/** What the Kinesis Producer Library packs by default. */
const MAX_BYTES = 50 * 1024;
/** Of the format, for each record: tags, lengths and its key. */
const OVERHEAD_BYTES = 24;

export interface PackedAggregate<T> extends KeyedRecord {
  /** The records inside, in their order. */
  readonly inside: readonly T[];
}

/**
 * Packs records as the Kinesis Producer Library does. Those of one partition key keep their order,
 * because all of a range of the ring go under one key. A record alone goes as it is.
 */
export function packAggregates<T extends KeyedRecord>(records: readonly T[]): PackedAggregate<T>[] {
  const groups = Map.groupBy(records, ({ partitionKey }) => ringPositionOf(partitionKey) >> 10);
  return [...groups].flatMap(([range, all]) =>
    divide(all).map((inside) => ({
      partitionKey: `range-${range}-of-${RANGES}`,
      explicitHashKey: middleOfRange(range, RANGES),
      data: inside.length === 1 ? (inside[0] as T).data : aggregate(inside),
      inside,
    })),
  );
}

function divide<T extends KeyedRecord>(records: readonly T[]): T[][] {
  const parts: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const size = record.data.length + Buffer.byteLength(record.partitionKey) + OVERHEAD_BYTES;
    if (bytes + size > MAX_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(record);
    bytes += size;
  }
  return parts;
}
