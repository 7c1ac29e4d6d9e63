import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Measure } from '../cloudwatch/metric-store.ts';
import { type Consumer, consume, type ShardSink } from '../kinesis/consumer.ts';
import type { Kinesis } from '../kinesis/kinesis.ts';
import type { UnreadRecord } from '../kinesis/read-unread.ts';
import { type StreamRecord, toLambdaEvent } from '../kinesis/records.ts';
import type { MappingSettings } from '../service/stream-settings.ts';
import { type Discard, failureObject } from './failure-destination.ts';
import { type BatchWorld, processBatch } from './process-batch.ts';
import { ShardBatcher } from './shard-batcher.ts';
import { createSlots } from './slots.ts';
import type { OnFiltered } from './unmatched.ts';

/** What a mapping has done, in records but for `invocations` and `functionErrors`. */
export interface MappingCounts {
  read: number;
  /** Dropped because they did not match the filter criteria. */
  filtered: number;
  invocations: number;
  /** Invocations that ended in an error. */
  functionErrors: number;
  acknowledged: number;
  /** By reason. */
  discarded: Record<Discard['condition'], number>;
}

export interface MappingOptions {
  invoke(functionName: string, event: unknown): Promise<unknown>;
  putObject(bucket: string, key: string, body: string | Buffer): Promise<void>;
  onError(error: Error): void;
  now?: () => number;
  onFiltered?: OnFiltered;
  /** Notes IteratorAge, the consumer lag. */
  measure?: Measure;
  /** How long to wait before a retry; AWS does not document its own pause. */
  retryMs?: (failures: number) => number;
  idleMs?: number;
}

export interface Mapping {
  readonly counts: MappingCounts;
  /** Records read so far. */
  readonly read: number;
  /** Records that are in the stream, or were read, and have not come to their end; one may come twice. */
  unended(): AsyncGenerator<UnreadRecord>;
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Batches read ahead of the one that is processed, by each batcher. */
const READ_AHEAD = 2;

/**
 * Lambda would invoke for all shards at once. Here each invocation is a process: 200 shards took 12 GB,
 * and two minutes until the processes had started.
 */
const MAX_INVOCATIONS = 16;

const doubling = (failures: number) => Math.min(2_000, 100 * 2 ** (failures - 1));

/** An event source mapping between a stream and a function, with AWS's rules. */
export function startMapping(
  kinesis: Kinesis,
  settings: MappingSettings,
  options: MappingOptions,
): Mapping {
  const { now = Date.now, retryMs = doubling, idleMs } = options;
  const closing = new AbortController();
  const inSlot = createSlots(MAX_INVOCATIONS);
  const taken = new Set<StreamRecord>();
  const counts: MappingCounts = {
    read: 0,
    filtered: 0,
    invocations: 0,
    functionErrors: 0,
    acknowledged: 0,
    discarded: { RetryAttemptsExhausted: 0, RecordAgeExceeded: 0 },
  };

  const world: BatchWorld = {
    async invoke(records) {
      counts.invocations += 1;
      const last = records.at(-1);
      options.measure?.({
        namespace: 'AWS/Lambda',
        name: 'IteratorAge',
        dimensions: { FunctionName: settings.functionName },
        value: last ? Math.max(0, now() - last.arrivedAt * 1_000) : 0,
      });
      try {
        return await inSlot(() =>
          options.invoke(settings.functionName, toLambdaEvent(records, settings)),
        );
      } catch (error) {
        counts.functionErrors += 1;
        throw error;
      }
    },
    async discard(records, why) {
      if (settings.failureBucket) {
        const { key, body } = failureObject(records, why, settings, new Date(now()));
        await options.putObject(settings.failureBucket, key, body);
      }
      // Not before: until its object is stored, a batch is in the stream alone.
      counts.discarded[why.condition] += records.length;
      for (const record of records) taken.delete(record);
    },
    acknowledge(records) {
      counts.acknowledged += records.length;
      for (const record of records) taken.delete(record);
    },
    async pause(failures) {
      await sleep(retryMs(failures), undefined, { signal: closing.signal }).catch(() => {});
    },
    now,
    isClosed: () => closing.signal.aborted,
  };

  function openSink(): ShardSink {
    const batchers = Array.from(
      { length: settings.parallelization },
      () =>
        new ShardBatcher(
          { batchSize: settings.batchSize, windowMs: settings.windowSeconds * 1_000 },
          (batch) => processBatch(batch, settings, world).catch(options.onError),
        ),
    );
    const isFull = () =>
      batchers.some((batcher) => batcher.length > settings.batchSize * READ_AHEAD) &&
      !closing.signal.aborted;
    return {
      async take(records) {
        counts.read += records.length;
        const passed = records.filter(isPassed);
        counts.filtered += records.length - passed.length;
        for (const record of passed) taken.add(record);
        for (const [i, batcher] of batchers.entries()) {
          batcher.push(passed.filter(({ partitionKey }) => batcherOf(partitionKey) === i));
        }
        while (isFull()) await sleep(5);
      },
      async settle() {
        await Promise.all(batchers.map((batcher) => batcher.settle()));
      },
    };
  }

  const passes = (data: Buffer) =>
    settings.filters.length === 0 || settings.filters.some((filter) => filter(data));

  function isPassed(record: StreamRecord): boolean {
    // Decoded only where something looks into it.
    const passed = settings.filters.length === 0 || passes(Buffer.from(record.data, 'base64'));
    options.onFiltered?.(settings.streamName, record, passed);
    return passed;
  }

  /** Records of a partition key go to one batcher, and so stay in order. */
  function batcherOf(partitionKey: string): number {
    if (settings.parallelization === 1) return 0;
    const hash = createHash('md5').update(partitionKey).digest();
    return hash.readUInt32BE(0) % settings.parallelization;
  }

  const consumer: Consumer = consume(kinesis, settings.streamName, {
    start: settings.start,
    openSink,
    onError: options.onError,
    ...(idleMs !== undefined && { idleMs }),
  });
  return {
    counts,
    get read() {
      return consumer.read;
    },
    async *unended() {
      // In this order: a record that is read meanwhile may be in both, the other way round in neither.
      for await (const record of consumer.unread()) {
        if (passes(record.data)) yield record;
      }
      for (const { shardId, sequenceNumber, data } of taken) {
        yield { id: `${shardId}/${sequenceNumber}`, data: Buffer.from(data, 'base64') };
      }
    },
    settle: () => consumer.settle(),
    close() {
      closing.abort();
      return consumer.close();
    },
  };
}
