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
 * Kinesis keeps records for a day; in memory that is too long. A stream keeps its newest records, up to
 * so many bytes, and all that a reader of the stage has yet to take. Its shards have equal shares, those
 * that a split or a merge has closed included: what a stream takes does not grow with resharding.
 */
export const KEPT_BYTES_PER_STREAM = 32 * 1024 * 1024;
/** What a record takes besides its data. */
const OVERHEAD_BYTES = 500;

interface StoredShard {
  records: StoredRecord[];
  bytes: number;
}

export function createStreamTrimmer(
  deleteKeys: (streamName: string, keys: string[]) => void,
  keptBytes = KEPT_BYTES_PER_STREAM,
): StreamTrimmer {
  /** By stream and shard. */
  const streams = new Map<string, Map<string, StoredShard>>();
  const readers = new Map<string, ReadPosition[]>();

  function trim(streamName: string, shardId: string, shard: StoredShard, share: number): void {
    // A little at a time is dear: a list is cut when a quarter of it can go.
    if (shard.bytes < share * 1.25) return;
    const positions = (readers.get(streamName) ?? []).map((position) => position(shardId));
    const isTaken = (record: StoredRecord) =>
      positions.every(
        (last) => last !== undefined && compareSequenceNumbers(record.sequenceNumber, last) <= 0,
      );
    let count = 0;
    for (const record of shard.records) {
      if (shard.bytes <= share || !isTaken(record)) break;
      shard.bytes -= record.bytes + OVERHEAD_BYTES;
      count += 1;
    }
    if (count === 0) return;
    const prefix = shardIxToHex(Number(shardId.split('-')[1]));
    const trimmed = shard.records.splice(0, count);
    deleteKeys(
      streamName,
      trimmed.map(({ sequenceNumber }) => `${prefix}/${sequenceNumber}`),
    );
  }

  return {
    addReader(streamName, position) {
      readers.set(streamName, [...(readers.get(streamName) ?? []), position]);
    },
    onStored(streamName, records) {
      const shards = streams.get(streamName) ?? new Map<string, StoredShard>();
      streams.set(streamName, shards);
      for (const record of records) {
        const shard = shards.get(record.shardId) ?? { records: [], bytes: 0 };
        shards.set(record.shardId, shard);
        shard.records.push(record);
        shard.bytes += record.bytes + OVERHEAD_BYTES;
      }
      for (const [shardId, shard] of shards) {
        trim(streamName, shardId, shard, keptBytes / shards.size);
      }
    },
  };
}
