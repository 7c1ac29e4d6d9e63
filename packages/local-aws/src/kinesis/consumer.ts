import { setTimeout as sleep } from 'node:timers/promises';
import type { StartingPosition } from '../service/stream-settings.ts';
import type { Kinesis } from './kinesis.ts';
import { readUnread, type UnreadRecord } from './read-unread.ts';
import type { StreamRecord } from './records.ts';

/** Takes the records of one shard, in order. */
export interface ShardSink {
  /** Resolves when more is welcome. */
  take(records: StreamRecord[]): Promise<void>;
  /** Resolves when all that was taken is processed. */
  settle(): Promise<void>;
}

export interface Consumer {
  /** Resolves when all that is in the stream now is processed. */
  settle(): Promise<void>;
  /** Records read so far. */
  readonly read: number;
  /** Records that are in the stream and were not read yet. */
  unread(): AsyncGenerator<UnreadRecord>;
  close(): Promise<void>;
}

export interface ConsumerOptions {
  start: StartingPosition;
  openSink(shardId: string): ShardSink;
  /** What goes wrong in reading; the shard is then read no further. */
  onError(error: Error): void;
  idleMs?: number;
}

interface Shard {
  ShardId: string;
  ParentShardId?: string;
  AdjacentParentShardId?: string;
}

interface GetRecords {
  NextShardIterator?: string;
  Records: {
    SequenceNumber: string;
    PartitionKey: string;
    Data: string;
    ApproximateArrivalTimestamp: number;
  }[];
}

/** Many shards, polled as often as few, would leave the emulator no time for writes. */
const IDLE_MS_A_SHARD = 10;

/** A shard that was found empty is polled again once its stream stores a record, or after this many pauses. */
const PAUSES_AT_MOST = 10;

/** A shard that is being read. */
interface Reader {
  state: 'reading' | 'done' | 'broken';
  sink: ShardSink;
  /** Sequence number of the last record that was taken. */
  last: string | undefined;
  /** Polls that found nothing; a settle waits for the one after next. */
  emptyPolls: number;
  wake: () => void;
  work: Promise<void>;
}

/**
 * Reads all shards of a stream at once, each in order. The children of a shard that was split or
 * merged are read from their start, once all that their parents hold is processed.
 */
export function consume(kinesis: Kinesis, StreamName: string, options: ConsumerOptions): Consumer {
  const { start, openSink, onError, idleMs = 100 } = options;
  const readers = new Map<string, Reader>();
  let read = 0;
  let closed = false;

  async function startReaders(position: StartingPosition): Promise<void> {
    const { Shards } = (await kinesis.call('ListShards', { StreamName })) as { Shards: Shard[] };
    const known = new Set(Shards.map(({ ShardId }) => ShardId));
    const waitsFor = (parent: string | undefined) =>
      parent !== undefined && known.has(parent) && readers.get(parent)?.state !== 'done';
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of Shards) {
      const waits = waitsFor(ParentShardId) || waitsFor(AdjacentParentShardId);
      if (!closed && !waits && !readers.has(ShardId)) startReader(ShardId, position);
    }
  }

  function startReader(shardId: string, position: StartingPosition): void {
    const reader: Reader = {
      state: 'reading',
      sink: openSink(shardId),
      last: undefined,
      emptyPolls: 0,
      wake: () => {},
      work: Promise.resolve(),
    };
    readers.set(shardId, reader);
    reader.work = readShard(shardId, position, reader).catch((error) => {
      reader.state = 'broken';
      if (!closed) onError(error);
    });
  }

  async function readShard(ShardId: string, position: StartingPosition, reader: Reader) {
    const openIterator = async (): Promise<string> => {
      const from = reader.last
        ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: reader.last }
        : position;
      const input = { StreamName, ShardId, ...from };
      return (await kinesis.call('GetShardIterator', input)).ShardIterator;
    };
    let ShardIterator: string | undefined = await openIterator();
    while (!closed && ShardIterator) {
      const stored = kinesis.storedIn(StreamName);
      let response: GetRecords;
      try {
        response = await kinesis.call('GetRecords', { ShardIterator });
      } catch (error) {
        // Iterators live five minutes; the sink may need longer.
        if ((error as Error).name !== 'ExpiredIteratorException') throw error;
        ShardIterator = await openIterator();
        continue;
      }
      ShardIterator = response.NextShardIterator;
      if (response.Records.length === 0) {
        reader.emptyPolls += 1;
        if (ShardIterator) await pause(reader, stored);
        continue;
      }
      read += response.Records.length;
      reader.last = response.Records.at(-1)?.SequenceNumber;
      await reader.sink.take(
        response.Records.map((record) => ({
          shardId: ShardId,
          sequenceNumber: record.SequenceNumber,
          partitionKey: record.PartitionKey,
          data: record.Data,
          arrivedAt: record.ApproximateArrivalTimestamp,
        })),
      );
    }
    if (closed) return;
    await reader.sink.settle();
    reader.state = 'done';
    await startReaders({ ShardIteratorType: 'TRIM_HORIZON' });
  }

  /** Until the stream has stored more than it had, it is settled or closed, or a split may have ended the shard. */
  async function pause(reader: Reader, stored: number): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    reader.wake = () => controller.abort();
    const ms = Math.max(idleMs, IDLE_MS_A_SHARD * readers.size);
    for (let pauses = 0; !closed && pauses < PAUSES_AT_MOST; pauses++) {
      await sleep(ms, undefined, { signal }).catch(() => {});
      if (signal.aborted || kinesis.storedIn(StreamName) !== stored) return;
    }
  }

  async function settleShard(reader: Reader): Promise<void> {
    // The poll under way may have been served before what is to be settled was put.
    const enough = reader.emptyPolls + 2;
    while (!closed && reader.state === 'reading' && reader.emptyPolls < enough) {
      reader.wake();
      await sleep(1);
    }
    await reader.sink.settle();
    if (reader.state === 'reading') return;
    await reader.work;
  }

  const position = (shardId: string) => readers.get(shardId)?.last;
  kinesis.addReader(StreamName, position);
  const started = startReaders(start).catch(onError);

  return {
    get read() {
      return read;
    },
    unread: () => readUnread(kinesis, StreamName, start, position),
    async settle() {
      await started;
      for (let settled = -1; settled !== readers.size; ) {
        settled = readers.size;
        await Promise.all([...readers.values()].map(settleShard));
      }
    },
    async close() {
      closed = true;
      await started;
      for (const reader of readers.values()) reader.wake();
      await Promise.all([...readers.values()].map(({ work }) => work));
    },
  };
}
