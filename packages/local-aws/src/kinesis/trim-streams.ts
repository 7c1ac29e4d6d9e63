import { shardIxToHex } from 'kinesalite/db/index.js';
import { compareSequenceNumbers } from './records.ts';
import type { StoredRecord } from './stored-records.ts';

/** The last record of a shard that a reader has taken; undefined where it has taken none. */
export type ReadPosition = (shardId: string) => string | undefined;

export interface StreamTrimmer {
  /** Notes what a write has stored, and deletes what is beyond the limit. */
  onStored(streamName: string, records: readonly StoredRecord[]): void;
  /** Nothing that this reader has not taken yet is deleted. */
  addReader(streamName: string, position: ReadPosition): void;
}

/**
 * Kinesis keeps records for a day; in memory that is too long. A shard keeps its newest records, up to
 * so many bytes, and all that a reader of the stage has yet to take.
 */
export const KEPT_BYTES_PER_SHARD = 16 * 1024 * 1024;
/** What a record takes besides its data. */
const OVERHEAD_BYTES = 500;

export function createStreamTrimmer(
  deleteKeys: (streamName: string, keys: string[]) => void,
  keptBytes = KEPT_BYTES_PER_SHARD,
): StreamTrimmer {
  const shards = new Map<string, { records: StoredRecord[]; bytes: number }>();
  const readers = new Map<string, ReadPosition[]>();

  function trim(streamName: string, shardId: string): void {
    const shard = shards.get(`${streamName}/${shardId}`);
    // A little at a time is dear: a list is cut when a quarter of it can go.
    if (!shard || shard.bytes < keptBytes * 1.25) return;
    const positions = (readers.get(streamName) ?? []).map((position) => position(shardId));
    const isTaken = (record: StoredRecord) =>
      positions.every(
        (last) => last !== undefined && compareSequenceNumbers(record.sequenceNumber, last) <= 0,
      );
    let count = 0;
    let left = shard.bytes;
    for (const record of shard.records) {
      if (left <= keptBytes || !isTaken(record)) break;
      left -= record.bytes + OVERHEAD_BYTES;
      count += 1;
    }
    const trimmed = shard.records.splice(0, count);
    shard.bytes = left;
    const prefix = shardIxToHex(Number(shardId.split('-')[1]));
    if (count > 0) {
      deleteKeys(
        streamName,
        trimmed.map(({ sequenceNumber }) => `${prefix}/${sequenceNumber}`),
      );
    }
  }

  return {
    addReader(streamName, position) {
      readers.set(streamName, [...(readers.get(streamName) ?? []), position]);
    },
    onStored(streamName, records) {
      for (const record of records) {
        const key = `${streamName}/${record.shardId}`;
        const shard = shards.get(key) ?? { records: [], bytes: 0 };
        shards.set(key, shard);
        shard.records.push(record);
        shard.bytes += record.bytes + OVERHEAD_BYTES;
      }
      for (const shardId of new Set(records.map((record) => record.shardId))) {
        trim(streamName, shardId);
      }
    },
  };
}
