import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsOutput,
  type KinesisClient,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { createCall, pause } from './retry.ts';
import {
  descendantPosition,
  firstPositions,
  isOpen,
  listShards,
  openIterator,
  type Position,
  parentsOf,
  type Start,
} from './shards.ts';

export interface ReadRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly arrivedAt: Date;
  readonly data: Buffer;
}

export interface ReadOptions {
  readonly start: Start;
  /** Goes on at the tip of each shard, instead of ending there. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Takes records of one shard, in order; resolves when more are welcome. */
  readonly onRecords: (records: readonly ReadRecord[]) => Promise<void>;
  /** Called as long as nothing is left to read in any shard, about once a second. */
  readonly onTip?: () => void;
}

/** A shard takes five calls a second, from all who read it together. */
const GAP_MS = 200;
const IDLE_MS = 1_000;

/** Kinesis' own limit; an emulator that has no MillisBehindLatest shows by it that there is more. */
const LIMIT = 10_000;

/**
 * Reads all shards of a stream at once, each in order; a shard that came of a split or merge after
 * its parents. Returns the number of shards read. Throws what keeps any of them from being read.
 */
export async function readStream(
  kinesis: KinesisClient,
  streamName: string,
  options: ReadOptions,
): Promise<number> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const reading = new Reading(kinesis, streamName, { ...options, signal });
  try {
    await reading.begin();
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    // One shard that cannot be read ends the others.
    stop.abort();
  }
  return reading.shards;
}

class Reading {
  readonly #kinesis: KinesisClient;
  readonly #streamName: string;
  readonly #options: ReadOptions;
  readonly #call: ReturnType<typeof createCall>;
  /** Shards begun, with whether they were read to their end, or have nothing more at the moment. */
  readonly #readers = new Map<string, { state: 'reading' | 'tip' | 'ended' }>();

  constructor(kinesis: KinesisClient, streamName: string, options: ReadOptions) {
    this.#kinesis = kinesis;
    this.#streamName = streamName;
    this.#options = options;
    this.#call = createCall(options.signal);
  }

  get shards(): number {
    return this.#readers.size;
  }

  async begin(): Promise<void> {
    const shards = await listShards(this.#kinesis, this.#call, this.#streamName);
    const first = await firstPositions(
      this.#kinesis,
      this.#call,
      this.#streamName,
      shards,
      this.#options.start,
    );
    await Promise.all(
      shards.map((shard) => {
        const position = first.get(shard.ShardId ?? '');
        return position && this.#read(shard, position);
      }),
    );
  }

  /** Begins with those shards whose parents, as far as they were begun, are read to their end. */
  async #beginDescendants(): Promise<void> {
    const shards = await listShards(this.#kinesis, this.#call, this.#streamName);
    const ready = shards.filter((shard) => {
      const parents = parentsOf(shard).flatMap((id) => this.#readers.get(id) ?? []);
      const isNew = !this.#readers.has(shard.ShardId ?? '');
      return isNew && parents.length > 0 && parents.every(({ state }) => state === 'ended');
    });
    const position = descendantPosition(this.#options.start);
    await Promise.all(ready.map((shard) => this.#read(shard, position)));
  }

  async #read(shard: Shard, position: Position): Promise<void> {
    const { signal, follow } = this.#options;
    const shardId = shard.ShardId as string;
    const reader = { state: 'reading' as 'reading' | 'tip' | 'ended' };
    this.#readers.set(shardId, reader);
    let from = position;
    let notBefore = timestampOf(position);
    let iterator = await this.#open(shardId, from);
    // Whoever waits at the tip for the first record must not miss it when the iterator runs out.
    if (from.type === 'LATEST') from = { type: 'AT_TIMESTAMP', timestamp: new Date() };
    while (iterator !== undefined && !signal.aborted) {
      const calledAt = performance.now();
      const answer = await this.#getRecords(iterator);
      if (answer === 'expired') {
        notBefore ??= timestampOf(from);
        iterator = await this.#open(shardId, from);
        await pause(GAP_MS, signal);
        continue;
      }
      const { Records = [], MillisBehindLatest, NextShardIterator } = answer;
      const last = Records.at(-1)?.SequenceNumber;
      if (last !== undefined) from = { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last };
      await this.#hand(shardId, Records, notBefore);
      iterator = NextShardIterator;
      const isAtTip = MillisBehindLatest === 0 && Records.length < LIMIT;
      // A closed shard is read to its end, because its children wait for that.
      if (isAtTip && !follow && isOpen(shard)) return;
      reader.state = isAtTip ? 'tip' : 'reading';
      if (isAtTip) this.#tellTip();
      const elapsed = performance.now() - calledAt;
      if (iterator) await pause(isAtTip && isOpen(shard) ? IDLE_MS : GAP_MS - elapsed, signal);
    }
    if (signal.aborted) return;
    reader.state = 'ended';
    await this.#beginDescendants();
  }

  #open(shardId: string, position: Position): Promise<string | undefined> {
    return openIterator(this.#kinesis, this.#call, this.#streamName, shardId, position);
  }

  async #getRecords(ShardIterator: string): Promise<GetRecordsOutput | 'expired'> {
    try {
      const command = new GetRecordsCommand({ ShardIterator, Limit: LIMIT });
      return await this.#call(() => this.#kinesis.send(command));
    } catch (error) {
      // An iterator lives five minutes; whoever takes the records may need longer.
      if (error instanceof ExpiredIteratorException) return 'expired';
      throw error;
    }
  }

  async #hand(
    shardId: string,
    records: NonNullable<GetRecordsOutput['Records']>,
    notBefore = new Date(0),
  ): Promise<void> {
    const taken = records.map((record) => ({
      shardId,
      sequenceNumber: record.SequenceNumber ?? '',
      partitionKey: record.PartitionKey ?? '',
      arrivedAt: record.ApproximateArrivalTimestamp ?? new Date(0),
      data: Buffer.from(record.Data ?? []),
    }));
    const wanted = taken.filter(({ arrivedAt }) => arrivedAt >= notBefore);
    if (wanted.length > 0) await this.#options.onRecords(wanted);
  }

  #tellTip(): void {
    const isDone = [...this.#readers.values()].every(({ state }) => state !== 'reading');
    if (isDone) this.#options.onTip?.();
  }
}

const timestampOf = (position: Position): Date | undefined =>
  position.type === 'AT_TIMESTAMP' ? position.timestamp : undefined;
