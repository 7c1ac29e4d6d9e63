import { PUT_RECORDS } from '../../core/kinesis/send-queue.ts';
import { writeRecords } from '../../core/kinesis/write-records.ts';
import { bucketsFor, createBucketOf } from '../../core/sessions/buckets.ts';
import { type Enriched, enrichRecord } from '../../core/sessions/enrich-record.ts';
import { compressLines, readEnvelope } from '../../core/sessions/envelopes.ts';
import { packEnvelopes } from '../../core/sessions/pack-envelopes.ts';
import { packRecords } from '../../core/sessions/pack-records.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';
import { VirtualClock } from '../../test/fixtures/virtual-clock.ts';
import { createEvents } from '../sessions/events.ts';
import {
  FIREHOSE_UNIT_BYTES,
  HEADROOM,
  LATENCY_MS,
  POLL_SECONDS,
  PRICE,
  PUT_UNIT_BYTES,
  QUOTA,
  RATE,
  SETTINGS,
  SHARD,
} from './limits.ts';

export interface Scale {
  eventsPerSecond: number;
  aggregated: boolean;
  shards: { needed: { source: number; enriched: number; segment: number }; set: number };
  /** On average, and with every shard's calls at the same time, as when catching up. */
  concurrency: { usual: number; most: number };
  bufferMb: number;
  objectsPerHour: number;
  delaySeconds: number;
  dollarsPerMillion: number;
  firstLimit: string;
}

const SAMPLE = 400_000;
const EVENT_ID = '120-49590338271490256608559692538361571095921575989136588898';

/** Sessions of two events on average, as producers send them, and what enrichment makes of them. */
const sample = createEvents(20_000, 7).map((event, i) => {
  const session_id = `s-${Math.abs(Math.imul(i, 2_654_435_761)) % 10_000}`;
  const data = Buffer.from(JSON.stringify({ ...event, session_id }));
  const result = enrichRecord(data, {
    eventId: EVENT_ID,
    processingTimestamp: '2026-11-21T12:00:00.000Z',
    segmentOf: createSegmentOf(SEGMENTS),
  });
  if ('reason' in result) throw new Error(result.reason);
  return { bytes: data.length, enriched: result };
});
const mean = (values: number[]) => values.reduce((sum, n) => sum + n, 0) / values.length;
const EVENT_BYTES = mean(sample.map(({ bytes }) => bytes));

/** So many events of one source shard: of the sessions that fall into its few buckets. */
function eventsOfShard(count: number, shards: number): Enriched[] {
  const buckets = bucketsFor(shards);
  const perShard = Math.max(1, buckets / shards);
  const bucketOf = createBucketOf(buckets);
  const events: Enriched[] = [];
  for (let i = 0; events.length < count && i < SAMPLE * shards; i++) {
    const { enriched } = sample[i % sample.length] as (typeof sample)[number];
    const partitionKey = `${enriched.partitionKey}-${Math.floor(i / sample.length)}`;
    if (bucketOf(partitionKey) < perShard) events.push({ ...enriched, partitionKey });
  }
  return events;
}

/** Seconds that the real writer needs for these records, a call taking its latency. */
async function secondsToWrite(records: readonly { partitionKey: string; data: Uint8Array }[]) {
  const clock = new VirtualClock();
  const report = await clock.run(
    writeRecords(records, {
      limits: PUT_RECORDS,
      sleep: clock.sleep,
      async send(call) {
        await clock.sleep(LATENCY_MS);
        return call.map(() => undefined);
      },
    }),
  );
  if (report.unplaced.length > 0) throw new Error('The writer left records');
  return clock.now / 1_000;
}

export async function scaleTo(eventsPerSecond: number): Promise<Scale> {
  // A record an event fills a shard with records before it is full of bytes: from here on it pays.
  const aggregated = eventsPerSecond >= 10_000;
  const source = eventsPerSecond * EVENT_BYTES;
  const bytesNeed = (bytes: number) => bytes / SHARD.bytesPerSecond / HEADROOM;
  const sourceNeed = Math.max(
    bytesNeed(source),
    aggregated ? 0 : eventsPerSecond / SHARD.recordsPerSecond / HEADROOM,
  );
  const share = shareOfLargest();
  // What follows the source is compressed.
  const set = powerOfTwo(sourceNeed);

  // One batch of one shard, packed and written by the real code.
  const perShard = eventsPerSecond / set;
  const batch = Math.max(1, Math.min(SETTINGS.batchSize, perShard * SETTINGS.enrichWindowSeconds));
  const envelopes = packEnvelopes(eventsOfShard(Math.round(batch), set), bucketsFor(set));
  const packedBytes = envelopes.reduce((sum, { data }) => sum + data.length, 0);
  const enrichSeconds = batch / RATE.enrich + (await secondsToWrite(envelopes));
  const enrichCalls = eventsPerSecond / batch;
  const batches = Math.max(1, Math.floor((perShard * SETTINGS.routeWindowSeconds) / batch));
  const ofSegment = envelopes.filter(({ partitionKey }) =>
    partitionKey.startsWith('international'),
  );
  const perRoute = Math.max(1, Math.min(batches, SETTINGS.routeBatchSize / ofSegment.length));
  const members = Array.from({ length: Math.floor(perRoute) }, () => ofSegment).flatMap((all) =>
    all.map(({ partitionKey, data }) => ({
      partitionKey,
      data: readEnvelope(data)?.member ?? compressLines(Buffer.from(data)),
    })),
  );
  const routed = packRecords(members);
  const routedEvents = batch * share * Math.floor(perRoute);
  const routeSeconds = routedEvents / RATE.route + (await secondsToWrite(routed));
  const routeCalls = eventsPerSecond / (batch * Math.floor(perRoute));
  const routedBytes = routed.reduce((sum, { data }) => sum + data.length, 0) / routedEvents;

  const needed = {
    source: Math.ceil(sourceNeed),
    enriched: Math.ceil(bytesNeed((packedBytes / batch) * eventsPerSecond)),
    segment: Math.ceil(bytesNeed(routedBytes * share * eventsPerSecond)),
  };
  if (Math.max(needed.enriched, needed.segment) > set)
    throw new Error('The source decides no more');
  // A shard has one call of each function at a time, or is idle.
  const busy = (calls: number, seconds: number) => Math.min(1, (calls / set) * seconds);
  const usual = Math.ceil(
    set * (busy(enrichCalls, enrichSeconds) + SEGMENTS.length * busy(routeCalls, routeSeconds)),
  );
  const most = set * (1 + SEGMENTS.length);
  const delivered = eventsPerSecond * routedBytes;
  // A gzip object is read by one worker of Athena, and opens to ten times its size.
  const bufferMb = Math.min(
    32,
    powerOfTwo((delivered * SETTINGS.bufferSeconds) / SEGMENTS.length / 1e6),
  );
  const flushes = Math.max(
    SEGMENTS.length / SETTINGS.bufferSeconds,
    delivered / (bufferMb * 1024 * 1024),
  );

  const units = (records: readonly { data: Uint8Array }[], size: number) =>
    records.reduce((sum, { data }) => sum + Math.ceil(data.length / size), 0);
  const putUnits =
    (aggregated ? source / PUT_UNIT_BYTES : eventsPerSecond) +
    units(envelopes, PUT_UNIT_BYTES) * enrichCalls +
    (units(routed, PUT_UNIT_BYTES) / share) * routeCalls;
  const firehoseBytes =
    (units(routed, FIREHOSE_UNIT_BYTES) / share) * routeCalls * FIREHOSE_UNIT_BYTES;
  const calls = enrichCalls + SEGMENTS.length * routeCalls;
  const gbSeconds =
    SETTINGS.memoryGb * (enrichCalls * enrichSeconds + SEGMENTS.length * routeCalls * routeSeconds);
  const dollarsPerSecond =
    ((2 + SEGMENTS.length) * set * PRICE.shardHour) / 3_600 +
    (putUnits / 1e6) * PRICE.millionPutUnits +
    gbSeconds * PRICE.lambdaGbSecond +
    (calls / 1e6) * PRICE.millionRequests +
    (firehoseBytes / 1e9) * PRICE.firehoseGb +
    (flushes / 1_000) * PRICE.thousandObjects;

  return {
    eventsPerSecond,
    aggregated,
    shards: { needed, set },
    concurrency: { usual, most },
    bufferMb,
    objectsPerHour: Math.round(flushes * 3_600),
    delaySeconds:
      2 * POLL_SECONDS +
      SETTINGS.enrichWindowSeconds +
      enrichSeconds +
      SETTINGS.routeWindowSeconds +
      routeSeconds +
      SETTINGS.bufferSeconds,
    dollarsPerMillion: (dollarsPerSecond / eventsPerSecond) * 1e6,
    firstLimit: limitMet(set, sourceNeed, eventsPerSecond),
  };
}

/** The first quota that the load meets, or the load at which it would, in shards that are doubled. */
function limitMet(shards: number, need: number, eventsPerSecond: number): string {
  const streams = 2 + SEGMENTS.length;
  const functions = 1 + SEGMENTS.length;
  const [concurrency, all] = [shards * functions, shards * streams];
  if (concurrency > QUOTA.lambdaConcurrency) return 'Lambda concurrency (1,000), when catching up';
  if (all > QUOTA.shards) return 'shards of the account (20,000)';
  const byConcurrency = QUOTA.lambdaConcurrency / functions;
  const byShards = QUOTA.shards / streams;
  const most = 2 ** Math.floor(Math.log2(Math.min(byConcurrency, byShards)));
  const next = Math.floor(((most / need) * eventsPerSecond) / 10_000) * 10_000;
  const name = byConcurrency < byShards ? 'Lambda concurrency' : 'shards';
  return `none; next ${name}, above ${next.toLocaleString('en')}/s`;
}

const powerOfTwo = (n: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(n)));

/** The part of the events that the largest segment has. */
function shareOfLargest(): number {
  const counts = Map.groupBy(sample, ({ enriched }) => enriched.segment);
  return Math.max(...[...counts.values()].map(({ length }) => length)) / sample.length;
}

/** The table of docs/scale.md. */
export function tableOf(scales: readonly Scale[]): string {
  const n = (value: number) => Math.round(value).toLocaleString('en');
  const rows = scales.map(({ shards: { needed, set }, ...scale }) => [
    n(scale.eventsPerSecond),
    `${n(needed.source)}${scale.aggregated ? ' (aggregated)' : ''}`,
    n(needed.enriched),
    n(needed.segment),
    n(set),
    `${n(scale.concurrency.usual)}, at most ${n(scale.concurrency.most)}`,
    n(scale.bufferMb),
    n(scale.objectsPerHour),
    `${n(scale.delaySeconds)} s`,
    `$${scale.dollarsPerMillion.toFixed(3)}`,
    scale.firstLimit,
  ]);
  const head = [
    'Events/s',
    'Shards: source',
    'enriched',
    'larger segment',
    '`streamShards`',
    'Lambda at a time',
    '`deliveryBufferMb`',
    'S3 objects/h',
    'Delay at most',
    'Per million events',
    'First limit',
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
