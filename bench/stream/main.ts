// npm run bench:stream: the two handlers behind a loopback stand-in for Kinesis, beside one PutRecord
// for each event over the same two hops, in the same run.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { renderTable } from '../../core/terminal/table.ts';
import { createEvents } from '../sessions/events.ts';
import type { Counts } from './fake-kinesis.ts';
import { createBatches, createOneByOne, loadHandlers, runHandler } from './ways.ts';

const BATCH_SIZE = 2_000;
const ROUNDS = 5;
const EVENTS = 20_000;
/** By latency in milliseconds: how many events one by one, and how many times faster we want to be. */
const SETTINGS = { 0: { oneByOne: 500, goal: 75 }, 10: { oneByOne: 40, goal: 300 } } as const;

const fakeKinesis = fork(join(import.meta.dirname, 'fake-kinesis.ts'));
const [[http1, http2]] = await once(fakeKinesis, 'message');
const local = { region: 'us-east-1', credentials: { accessKeyId: 'l', secretAccessKey: 'l' } };
Object.assign(process.env, {
  AWS_ENDPOINT_URL: `http://127.0.0.1:${http1}`,
  AWS_REGION: local.region,
  AWS_ACCESS_KEY_ID: local.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: local.credentials.secretAccessKey,
  POWERTOOLS_LOG_LEVEL: 'ERROR',
  POWERTOOLS_METRICS_DISABLED: 'true',
});

/** Sets the latency; gives back what was counted since the last call. */
async function setLatency(ms: number): Promise<Counts> {
  fakeKinesis.send(ms);
  const [counts] = await once(fakeKinesis, 'message');
  return counts;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const thousands = (value: number) => Math.round(value).toLocaleString('en');

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/** Events of 0.5 KB, two a session on average. */
const givenBatches = (count: number) =>
  createBatches(
    (createEvents(count, 7) as { session_id: string }[]).map((event, i) => ({
      ...event,
      session_id: `s-${Math.abs(Math.imul(i, 2_654_435_761)) % (count / 2)}`,
    })),
    BATCH_SIZE,
  );

const handlers = await loadHandlers();
const batches = givenBatches(EVENTS);
const enrich = () => runHandler(handlers.enrich, batches.source);
async function route(): Promise<void> {
  for (const [name, router] of Object.entries(handlers.routers)) {
    await runHandler(router, batches.enriched[name] ?? []);
  }
}

// The client as it comes speaks HTTP/2; the other one is set up as the product's.
const asItComes = createOneByOne(
  new KinesisClient({ ...local, endpoint: `http://127.0.0.1:${http2}` }),
);
const keptAlive = createOneByOne(
  new KinesisClient({ ...local, requestHandler: new NodeHttpHandler() }),
);

/** Events a second over both hops, medians of interleaved rounds; the first round warms up. */
async function measure(oneByOne: number) {
  const few = givenBatches(oneByOne);
  const single = async (way: typeof asItComes) => {
    await way(few.source, 'enriched', true);
    for (const [name, records] of Object.entries(few.enriched)) await way(records, name, false);
  };
  const times: { enrich: number; route: number; comes: number; kept: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    times.push({
      enrich: await seconds(enrich),
      route: await seconds(route),
      comes: await seconds(() => single(asItComes)),
      kept: await seconds(() => single(keptAlive)),
    });
  }
  times.shift();
  return {
    enrich: EVENTS / median(times.map((each) => each.enrich)),
    route: EVENTS / median(times.map((each) => each.route)),
    both: EVENTS / median(times.map((each) => each.enrich + each.route)),
    comes: oneByOne / median(times.map((each) => each.comes)),
    kept: oneByOne / median(times.map((each) => each.kept)),
  };
}

let failed = false;
const rows: string[][] = [];
for (const [latency, { oneByOne, goal }] of Object.entries(SETTINGS)) {
  await setLatency(Number(latency));
  const rates = await measure(oneByOne);
  const ratio = rates.both / rates.comes;
  failed ||= ratio < goal;
  rows.push([
    `${latency} ms`,
    ...[rates.enrich, rates.route, rates.both, rates.comes, rates.kept].map(thousands),
    `${thousands(ratio)} (goal ${goal})`,
    thousands(rates.both / rates.kept),
  ]);
}
console.log(`Events a second, batches of ${thousands(BATCH_SIZE)}, medians of ${ROUNDS} rounds`);
const single = ['PutRecord each', 'the same, kept alive'];
console.log(
  renderTable(
    ['latency', 'enrich', 'route', 'both', ...single, 'times as fast', 'than kept alive'],
    rows,
  ),
);

// Calls, counted over one pass.
await setLatency(0);
await enrich();
await route();
const { calls, records } = await setLatency(0);
const boundOf = (all: { Records: unknown[] }[]) =>
  all.reduce((sum, { Records }) => sum + Math.ceil(Records.length / 500) + 1, 0);
const streams = Object.entries({ enriched: batches.source, ...batches.enriched });
console.log('\nPutRecords calls in one pass');
console.log(
  renderTable(
    ['stream', 'events', 'records', 'calls', 'sum of ⌈n/500⌉+1'],
    streams.map(([name, all]) => {
      const made = calls[`PutRecords ${name}`] ?? 0;
      failed ||= made > boundOf(all);
      const events = all.reduce((sum, { Records }) => sum + Records.length, 0);
      return [name, events, records[`PutRecords ${name}`] ?? 0, made, boundOf(all)];
    }),
  ),
);
fakeKinesis.disconnect();
process.exitCode = failed ? 1 : 0;
