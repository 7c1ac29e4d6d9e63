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
 * Kinesis keeps records for a day; in memory that is too long. Of what every reader of the stage has
 * taken, its streams keep so many bytes together: a limit for each of them would be reached by a
 * stream of few bytes long after the others, and memory would rise until then.
 */
export const KEPT_BYTES = 128 * 1024 * 1024;

/** Trimmed is when so much of the limit was written: a little at a time is dear. */
const STEP = 1 / 16;

/** What a record takes besides its data, which is kept as base64. */
export const OVERHEAD_BYTES = 900;

interface Kept extends StoredRecord {
  readonly streamName: string;
}

export function createStreamTrimmer(
  deleteKeys: (streamName: string, keys: string[]) => void,
  keptBytes = KEPT_BYTES,
): StreamTrimmer {
  const readers = new Map<string, ReadPosition[]>();
  /** By stream and shard, what a reader may have yet to take. */
  const untaken = new Map<string, Kept[]>();
  let taken: Kept[] = [];
  let takenBytes = 0;
  let writtenBytes = 0;

  function noteTaken(records: Kept[]): void {
    const [first] = records;
    if (first === undefined) return;
    const positions = (readers.get(first.streamName) ?? []).map((of) => of(first.shardId));
    const count = records.findIndex(({ sequenceNumber }) =>
      positions.some(
        (last) => last === undefined || compareSequenceNumbers(sequenceNumber, last) > 0,
      ),
    );
    for (const record of records.splice(0, count === -1 ? records.length : count)) {
      takenBytes += sizeOf(record);
      taken.push(record);
    }
  }

  function trim(): void {
    let count = 0;
    for (const record of taken) {
      if (takenBytes <= keptBytes) break;
      takenBytes -= sizeOf(record);
      count += 1;
    }
    const trimmed = Map.groupBy(taken.slice(0, count), ({ streamName }) => streamName);
    taken = taken.slice(count);
    for (const [streamName, records] of trimmed) deleteKeys(streamName, records.map(keyOf));
  }

  return {
    addReader(streamName, position) {
      readers.set(streamName, [...(readers.get(streamName) ?? []), position]);
    },
    onStored(streamName, records) {
      for (const record of records) {
        const shard = `${streamName}/${record.shardId}`;
        const waiting = untaken.get(shard) ?? [];
        untaken.set(shard, waiting);
        waiting.push({ ...record, streamName });
        writtenBytes += sizeOf(record);
      }
      if (writtenBytes < keptBytes * STEP) return;
      writtenBytes = 0;
      for (const waiting of untaken.values()) noteTaken(waiting);
      trim();
    },
  };
}

const sizeOf = ({ bytes }: StoredRecord): number => Math.ceil(bytes / 3) * 4 + OVERHEAD_BYTES;

/** Of a record in the store. */
const keyOf = ({ shardId, sequenceNumber }: StoredRecord): string =>
  `${shardIxToHex(Number(shardId.split('-')[1]))}/${sequenceNumber}`;
