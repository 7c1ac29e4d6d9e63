import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsOutput,
  type KinesisClient,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { createCall, pause } from './retry-reads.ts';
import {
  checkShards,
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
  /** Only these shards, not those that a split or merge made of them; all where it is missing. */
  readonly shards?: readonly string[];
  /** Continues at the tip of each shard, instead of ending there. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Takes records of one shard, in order; resolves when it takes more. */
  readonly onRecords: (records: readonly ReadRecord[]) => Promise<void>;
  /** Called about once a second while nothing is left to read in any shard. */
  readonly onTip?: () => void;
}

/** A shard takes five calls a second, from all its readers together. */
const GAP_MS = 200;
const IDLE_MS = 1_000;

/** Kinesis' own limit; a full response means that there is more, for emulators whose MillisBehindLatest is always 0. */
const LIMIT = 10_000;

/**
 * Reads the shards of a stream in parallel, each in order; a shard that a split or merge made after its
 * parents. Returns the number of shards read. Throws the first error that keeps one from being read.
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
    // One shard that cannot be read ends all.
    stop.abort();
  }
  return reading.shards;
}

class Reading {
  readonly #kinesis: KinesisClient;
  readonly #streamName: string;
  readonly #options: ReadOptions;
  readonly #call: ReturnType<typeof createCall>;
  /** Shards begun, and whether they are read to their end, or have nothing more at the moment. */
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
    const shards = await this.#list();
    checkShards(this.#streamName, shards, this.#options.shards ?? []);
    const chosen = shards.filter(({ ShardId = '' }) => this.#isWanted(ShardId));
    const first = await firstPositions(
      this.#kinesis,
      this.#call,
      this.#streamName,
      chosen,
      this.#options.start,
    );
    await Promise.all(
      chosen.map((shard) => {
        const position = first.get(shard.ShardId ?? '');
        return position && this.#read(shard, position);
      }),
    );
  }

  #list(): Promise<Shard[]> {
    return listShards(this.#kinesis, this.#call, this.#streamName);
  }

  #isWanted(shardId: string): boolean {
    return this.#options.shards?.includes(shardId) ?? true;
  }

  /** Begins those shards whose parents, as far as they were begun, are read to their end. */
  async #beginDescendants(): Promise<void> {
    const shards = (await this.#list()).filter(({ ShardId = '' }) => this.#isWanted(ShardId));
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
    // Waiting at the tip, the first record must not be missed when the iterator expires.
    if (from.type === 'LATEST') from = { type: 'AT_TIMESTAMP', timestamp: new Date() };
    while (iterator !== undefined && !signal.aborted) {
      const calledAt = performance.now();
      const output = await this.#getRecords(iterator);
      if (output === 'expired') {
        notBefore ??= timestampOf(from);
        iterator = await this.#open(shardId, from);
        await pause(GAP_MS, signal);
        continue;
      }
      const { Records = [], MillisBehindLatest, NextShardIterator } = output;
      const last = Records.at(-1)?.SequenceNumber;
      if (last !== undefined) from = { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last };
      await this.#pass(shardId, Records, notBefore);
      iterator = NextShardIterator;
      const isAtTip = MillisBehindLatest === 0 && Records.length < LIMIT;
      // A closed shard is read to its end, because its children wait for that.
      if (isAtTip && !follow && isOpen(shard)) return;
      reader.state = isAtTip ? 'tip' : 'reading';
      if (isAtTip) this.#reportTip();
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
      // An iterator is valid for five minutes; onRecords may take longer.
      if (error instanceof ExpiredIteratorException) return 'expired';
      throw error;
    }
  }

  async #pass(
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

  #reportTip(): void {
    const isDone = [...this.#readers.values()].every(({ state }) => state !== 'reading');
    if (isDone) this.#options.onTip?.();
  }
}

const timestampOf = (position: Position): Date | undefined =>
  position.type === 'AT_TIMESTAMP' ? position.timestamp : undefined;
