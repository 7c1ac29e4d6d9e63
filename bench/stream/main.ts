// npm run bench:stream: the two handlers in front of a fake Kinesis on this machine, beside the way
// before there were envelopes and beside one PutRecord for each event, in the same run.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { renderTable } from '../../core/terminal/table.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { createEvents } from '../sessions/events.ts';
import { createEventARecord } from './event-a-record.ts';
import type { Counts } from './fake-kinesis.ts';
import { createBatches, createOneByOne, enrichAlone, loadHandlers, runHandler } from './ways.ts';

const BATCH_SIZE = 2_000;
const ROUNDS = 5;
/**
 * A round of a hundred batches: processor time comes in ticks of 4 ms, and an environment serves thousands of
 * batches. In the first sixty a call of the SDK takes twice as long as later, until V8 has compiled it.
 */
const PASSES = 10;
const EVENTS = 20_000;
const HOT = { events: 10_000, others: 40, latencyMs: 10, seconds: 3, othersSeconds: 2 };
/** How many times faster than one PutRecord for each event, by latency in milliseconds. */
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
let failed = false;
const goal = (isMet: boolean, text: string) => {
  failed ||= !isMet;
  return `${text} ${isMet ? 'met' : 'MISSED'}`;
};

async function seconds(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/** Of this process alone, a pass: what else runs on the machine does not count, nor the garbage of other work. */
async function cpuSeconds(work: () => Promise<void> | void): Promise<number> {
  collectGarbage();
  const start = process.cpuUsage();
  for (let pass = 0; pass < PASSES; pass++) await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / PASSES;
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
const keptAliveClient = new KinesisClient({ ...local, requestHandler: new NodeHttpHandler() });
const keptAlive = createOneByOne(keptAliveClient);
const before = createEventARecord(keptAliveClient);
async function routeBefore(): Promise<void> {
  for (const [name, all] of Object.entries(batches.single)) await before.route(name, all);
}

/** Processor time of both hops, and of the same before envelopes, by turns. */
async function compare(): Promise<void> {
  await setLatency(0);
  const rounds: { enrich: number; route: number; before: number; alone: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push({
      enrich: await cpuSeconds(enrich),
      route: await cpuSeconds(route),
      before:
        (await cpuSeconds(() => before.enrich(batches.source))) + (await cpuSeconds(routeBefore)),
      alone: await cpuSeconds(() => enrichAlone(batches.source)),
    });
  }
  rounds.shift();
  const rate = (of: (round: (typeof rounds)[number]) => number) =>
    thousands(EVENTS / median(rounds.map(of)));
  const faster = median(rounds.map((each) => each.before / (each.enrich + each.route)));
  const ofAlone = median(rounds.map((each) => each.alone / each.enrich));
  console.log('Events a second of processor time, no latency, medians of interleaved rounds');
  console.log(
    renderTable(
      ['', 'events/s', ''],
      [
        ['decode and enrich alone', rate(({ alone }) => alone), ''],
        [
          'enrichment, end to end',
          rate((each) => each.enrich),
          goal(ofAlone >= 0.5, `${ofAlone.toFixed(2)} of that (goal 0.5)`),
        ],
        ['routing', rate((each) => each.route), ''],
        ['both hops, an event a record', rate((each) => each.before), ''],
        [
          'both hops, envelopes',
          rate((each) => each.enrich + each.route),
          goal(faster >= 2.5, `${faster.toFixed(2)} times that (goal 2.5)`),
        ],
      ],
    ),
  );
}

/** Events a second over both hops, medians of interleaved rounds; the first round warms up. */
async function measure(latency: number, oneByOne: number, atLeast: number): Promise<string[]> {
  await setLatency(latency);
  const few = givenBatches(oneByOne);
  const single = async (way: typeof asItComes) => {
    await way(few.source, 'enriched', true);
    for (const [name, records] of Object.entries(few.single)) await way(records, name, false);
  };
  const times: { both: number; comes: number; kept: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    times.push({
      both: (await seconds(enrich)) + (await seconds(route)),
      comes: await seconds(() => single(asItComes)),
      kept: await seconds(() => single(keptAlive)),
    });
  }
  times.shift();
  const both = EVENTS / median(times.map((each) => each.both));
  const comes = oneByOne / median(times.map((each) => each.comes));
  const kept = oneByOne / median(times.map((each) => each.kept));
  const ratio = both / comes;
  return [
    `${latency} ms`,
    ...[both, comes, kept].map(thousands),
    goal(ratio >= atLeast, `${thousands(ratio)} (goal ${atLeast})`),
    thousands(both / kept),
  ];
}

/** Calls and units of one pass. */
async function countCalls(): Promise<void> {
  await setLatency(0);
  await enrich();
  await route();
  const { calls, records } = await setLatency(0);
  const rows = Object.entries({ enriched: batches.source, ...batches.enriched }).map(
    ([name, all]) => {
      const made = (calls[`PutRecords ${name}`] ?? 0) / all.length;
      const isMet = name !== 'enriched' || made <= 3;
      return [name, all.length, records[`PutRecords ${name}`] ?? 0, goal(isMet, made.toFixed(1))];
    },
  );
  console.log('\nPutRecords in one pass (goal: 3 calls a batch of 2,000 from enrichment)');
  console.log(renderTable(['stream', 'batches', 'records', 'calls a batch'], rows));
  const share = batches.putUnits / EVENTS;
  const million = thousands(share * 1e6);
  console.log(
    goal(share <= 0.1, `PUT units for a million enriched events: ${million} (goal 100,000)`),
  );
}

/** One session that has nearly all events of a batch. */
async function hotSession(): Promise<void> {
  const events = createEvents(HOT.events + HOT.others, 3) as {
    session_id: string;
    country: string;
  }[];
  const hot = events.map((event, i) => {
    const isHot = i % ((HOT.events + HOT.others) / HOT.others) !== 0;
    return isHot ? { ...event, country: 'USA', session_id: 'hot' } : event;
  });
  const given = createBatches(hot, hot.length);
  await setLatency(HOT.latencyMs);
  const enriching = await seconds(() => runHandler(handlers.enrich, given.source));
  const routing = await seconds(async () => {
    for (const [name, router] of Object.entries(handlers.routers)) {
      await runHandler(router, given.enriched[name] ?? []);
    }
  });
  const took = Math.max(enriching, routing);
  console.log(
    `\n${thousands(HOT.events)} events of one session in a batch, ${HOT.latencyMs} ms a call: ` +
      `enriched in ${enriching.toFixed(2)} s, routed in ${routing.toFixed(2)} s`,
  );
  // The others of the batch are in its first call; those behind it wait for the whole batch.
  console.log(goal(took <= HOT.seconds, `goal ${HOT.seconds} s`));
  console.log(
    goal(took <= HOT.othersSeconds, `others wait at most that (goal ${HOT.othersSeconds} s)`),
  );
}

await compare();
const rows: string[][] = [];
for (const [latency, { oneByOne, goal: atLeast }] of Object.entries(SETTINGS)) {
  rows.push(await measure(Number(latency), oneByOne, atLeast));
}
console.log(`\nEvents a second over both hops, batches of ${thousands(BATCH_SIZE)}`);
const single = ['PutRecord each', 'the same, kept alive'];
console.log(
  renderTable(['latency', 'both hops', ...single, 'times as fast', 'than kept alive'], rows),
);
await countCalls();
await hotSession();
fakeKinesis.disconnect();
process.exitCode = failed ? 1 : 0;
