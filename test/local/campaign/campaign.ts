import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { KinesisStreamEvent } from 'aws-lambda';
import { consume } from 'local-aws/kinesis/consumer.ts';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { createRandom } from 'seeded-random';
import { collectGarbage } from '../../../bench/collect-garbage.ts';
import type { Stage } from '../../../local/stage.ts';
import { generateRecords, type SentRecord } from '../streaming/fixtures.ts';
import { givenPipeline, objectsIn, SOURCE, streamingOf } from '../streaming/pipeline.ts';
import { Ledger, type Outcome } from './ledger.ts';

export interface CampaignOptions {
  events: number;
  seed: number;
  /** Of the memory, over all events; each collects garbage. */
  samples?: number;
  onProgress?: (sent: number, memory: Memory) => void;
}

/** In MB. */
export interface Memory {
  /** Resident memory of the process, which has all of the stage but its functions. */
  resident: number;
  /** What is left after a garbage collection: heap, and buffers outside of it. */
  live: number;
}

export interface CampaignReport extends Outcome {
  deaths: number;
  /** In batches that a mapping discarded. */
  discarded: number;
  /** Two by the split, one by the merge. */
  newShards: number;
  seconds: number;
  /** The samples, in the order of the events. */
  memory: Memory[];
}

const SESSIONS = 3_000;
const CHUNK = 1_000;
/** Records of the source that may wait for enrichment before more are sent. */
const BEHIND = 10_000;
/** One in so many invocations of a function dies after half of its batch. */
const DEATH_EVERY = 25;

function measureMemory(): Memory {
  const { rss } = process.memoryUsage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { resident: rss / 1024 ** 2, live: (heapUsed + external) / 1024 ** 2 };
}

/**
 * Events by the million, and all that may go wrong on their way: a quarter of all entries fails,
 * events are malformed or sent twice, environments die in mid-batch, a destination is down, a shard is
 * split and its children are merged. Says what became of each event.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { events, seed, samples = 50, onProgress } = options;
  const random = createRandom(seed);
  const ledger = new Ledger(events);
  const invocations: Record<string, number> = {};
  let isDown = false;
  let deaths = 0;
  const { stage, send, drain, end } = await givenPipeline({
    faults: {
      isDown: (name) => isDown && name === `${SOURCE}-international`,
      failsEntry: () => random.chance(0.25),
    },
    async invoke(lambda, name, event) {
      const count = (invocations[name] ?? 0) + 1;
      invocations[name] = count;
      if (count % DEATH_EVERY !== 0) return lambda.invoke(name, event);
      const { Records } = event as KinesisStreamEvent;
      await lambda.invoke(name, { Records: Records.slice(0, Math.ceil(Records.length / 2)) });
      deaths++;
      throw new FunctionError('Runtime.ExitError', 'died in mid-batch, by the plan of faults');
    },
  });
  const readers = watch(stage, ledger);
  const started = performance.now();
  const memory: Memory[] = [];
  const setDown = async (value: boolean) => {
    isDown = value;
  };
  const acts = [
    { at: 0.25 * events, act: () => split(stage) },
    { at: 0.4 * events, act: () => setDown(true) },
    { at: 0.5 * events, act: () => setDown(false) },
    { at: 0.7 * events, act: () => merge(stage) },
  ];
  const shardsBefore = (await shardsOf(stage)).length;
  try {
    let sent = 0;
    for (const chunk of chunks(generateRecords(random, events, SESSIONS))) {
      for (const record of chunk) ledger.send(record);
      await send(chunk);
      sent += chunk.length;
      while (acts[0] && acts[0].at <= sent) await acts.shift()?.act();
      while (sent - taken(stage) > BEHIND) await sleep(50);
      if (sent < ((memory.length + 1) * events) / samples) continue;
      const sample = measureMemory();
      memory.push(sample);
      onProgress?.(sent, sample);
    }
    await drain();
    await Promise.all(readers.map((reader) => reader.settle()));
    return {
      ...ledger.close(stage),
      deaths,
      discarded: objectsIn(stage, 'tributary-local-failed-batches').length,
      newShards: (await shardsOf(stage)).length - shardsBefore,
      seconds: (performance.now() - started) / 1_000,
      memory,
    };
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
    await end();
  }
}

interface Shard {
  ShardId: string;
  HashKeyRange: { StartingHashKey: string; EndingHashKey: string };
  SequenceNumberRange: { EndingSequenceNumber?: string };
}

async function shardsOf(stage: Stage): Promise<Shard[]> {
  return (await streamingOf(stage).kinesis.call('ListShards', { StreamName: SOURCE })).Shards;
}

/** Splits the first shard of the source in the middle. */
async function split(stage: Stage): Promise<void> {
  const [first] = await shardsOf(stage);
  if (!first) throw new Error('The source has no shard');
  const { StartingHashKey, EndingHashKey } = first.HashKeyRange;
  await streamingOf(stage).kinesis.call('SplitShard', {
    StreamName: SOURCE,
    ShardToSplit: first.ShardId,
    NewStartingHashKey: ((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n).toString(),
  });
}

/** Merges the children of the shard that was split: the last two. */
async function merge(stage: Stage): Promise<void> {
  const [left, right] = (await shardsOf(stage)).slice(-2);
  await streamingOf(stage).kinesis.call('MergeShards', {
    StreamName: SOURCE,
    ShardToMerge: left?.ShardId,
    AdjacentShardToMerge: right?.ShardId,
  });
}

/** Reads the segments' streams while they are written, for the order of their events. */
function watch(stage: Stage, ledger: Ledger) {
  return ['usa', 'international'].map((segment) =>
    consume(streamingOf(stage).kinesis, `${SOURCE}-${segment}`, {
      start: { ShardIteratorType: 'TRIM_HORIZON' },
      onError: (error) => {
        throw error;
      },
      openSink: () => ({
        async take(records) {
          for (const { data } of records) ledger.see(gunzipSync(Buffer.from(data, 'base64')));
        },
        settle: async () => {},
      }),
    }),
  );
}

/** Records of the source that enrichment is done with. */
function taken(stage: Stage): number {
  const counts = streamingOf(stage).counts().mappings['tributary-local-enrichSessions'];
  return counts?.acknowledged ?? 0;
}

function* chunks(records: Iterable<SentRecord>): Generator<SentRecord[]> {
  let chunk: SentRecord[] = [];
  for (const record of records) {
    if (chunk.push(record) < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
