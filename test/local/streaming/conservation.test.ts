import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { KinesisStreamEvent } from 'aws-lambda';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { createRandom } from 'seeded-random';
import { splitLines } from '../../../core/sessions/lines.ts';
import { givenEvents, type SentRecord } from './fixtures.ts';
import {
  givenPipeline,
  objectsIn,
  readStream,
  rejectedOf,
  type Segment,
  SOURCE,
  sessionsOf,
  streamingOf,
} from './pipeline.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const EVENTS = 12_000;
const SESSIONS = 2_000;
/** Invocations in which the environment dies after half of the batch. */
const DEATHS: Record<string, number[]> = { enrichSessions: [2, 5], routeUsaSessions: [3] };

interface Delivered {
  event_id: string;
  session_id: string;
  n: number;
}

const byCount = (all: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
};

/** The first of each event id, in order. */
const withoutDuplicates = <T extends { event_id: string }>(all: readonly T[]): T[] =>
  [...new Map(all.toReversed().map((each) => [each.event_id, each])).values()].toReversed();

const percentile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;

it(`loses nothing of ${EVENTS} events, whatever fails on the way (seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  let internationalIsDown = false;
  const invocations: Record<string, number> = {};
  let deaths = 0;
  const { stage, send, drain, end } = await givenPipeline({
    faults: {
      isDown: (name) => internationalIsDown && name === `${SOURCE}-international`,
      failsEntry: () => random.chance(0.25),
    },
    async invoke(lambda, name, event) {
      const key = name.split('-').at(-1) as string;
      const count = (invocations[key] ?? 0) + 1;
      invocations[key] = count;
      if (!DEATHS[key]?.includes(count)) return lambda.invoke(name, event);
      const { Records } = event as KinesisStreamEvent;
      await lambda.invoke(name, { Records: Records.slice(0, Math.ceil(Records.length / 2)) });
      deaths += 1;
      throw new FunctionError('Runtime.ExitError', 'died in mid-batch, by the plan of faults');
    },
  });
  try {
    const events = givenEvents(random, EVENTS, SESSIONS);
    const before = events.slice(0, 5_000);
    const during = events.slice(5_000, 10_000);
    const after = events.slice(10_000);

    await send(before);
    internationalIsDown = true;
    await send(during);
    const usaSoFar = [...before, ...during].filter(({ goesTo }) => goesTo === 'usa');
    await untilDelivered(usaSoFar);
    // The USA path has all of it, while the other one waits for its destination.
    expect(streamEventIds(await readStream(stage, `${SOURCE}-international`)).size).toBeLessThan(
      [...before, ...during].length - usaSoFar.length - 1_000,
    );
    internationalIsDown = false;

    await send(after.slice(0, 1_000));
    await streamingOf(stage).kinesis.call('SplitShard', {
      StreamName: SOURCE,
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: (1n << 126n).toString(),
    });
    await send(after.slice(1_000));
    await drain();
    expect(deaths).toBe(3);

    // Every record of the source is delivered or rejected, under its own id, and nothing else is.
    const source = await readStream(stage, SOURCE);
    const delivered = { usa: deliveredTo('usa'), international: deliveredTo('international') };
    const { events: rejected, incomplete } = rejectedOf(stage);
    const outcome = [
      ...withoutDuplicates(delivered.usa).map(({ event_id }) => event_id),
      ...withoutDuplicates(delivered.international).map(({ event_id }) => event_id),
      ...rejected.map(({ eventId }) => eventId),
    ].sort();
    expect(incomplete).toEqual([]);
    expect(outcome).toEqual(source.map(({ eventId }) => eventId).sort());
    expect(objectsIn(stage, 'tributary-local-failed-batches')).toEqual([]);
    expect(source).toHaveLength(EVENTS);
    const { Shards } = await streamingOf(stage).kinesis.call('ListShards', { StreamName: SOURCE });
    expect(new Set(source.map(({ eventId }) => eventId.split('-')[0])).size).toBe(Shards.length);

    // Every event that was sent is where it belongs, as often as it was sent.
    const numbers = (sent: readonly SentRecord[]) =>
      byCount(sent.map(({ data }) => String(JSON.parse(data.toString()).n)));
    for (const segment of ['usa', 'international'] as const) {
      const arrived = withoutDuplicates(delivered[segment]).map(({ n }) => String(n));
      expect(byCount(arrived)).toEqual(numbers(events.filter(({ goesTo }) => goesTo === segment)));
      await expectOrder(segment);
    }
    const malformed = events.filter(({ goesTo }) => goesTo === 'rejected');
    expect(byCount(rejected.map(({ original }) => original.toString('hex')))).toEqual(
      byCount(malformed.map(({ data }) => data.toString('hex'))),
    );

    const delays = await usaDelays(source.map(({ eventId, arrivedAt }) => [eventId, arrivedAt]));
    const healthy = percentile(delays(before), 0.95);
    const unhealthy = percentile(delays(during), 0.95);
    console.log(
      `${delivered.usa.length + delivered.international.length - outcome.length + rejected.length} copies; ` +
        `USA delay, 95th percentile: ${healthy.toFixed(2)} s, and ${unhealthy.toFixed(2)} s while international is down`,
    );
    expect(unhealthy).toBeLessThan(2 * healthy + 1);
  } finally {
    await end();
  }

  function deliveredTo(segment: Segment): Delivered[] {
    return sessionsOf(stage, segment).map((line) => JSON.parse(line.toString()));
  }

  function streamEventIds(records: { data: Buffer }[]): Set<string> {
    return new Set(records.flatMap(({ data }) => eventsIn(data).map(({ event_id }) => event_id)));
  }

  async function untilDelivered(sent: readonly SentRecord[]): Promise<void> {
    for (let waited = 0; waited < 90; waited++) {
      const records = await readStream(stage, `${SOURCE}-usa`);
      if (streamEventIds(records).size >= sent.length) return;
      await sleep(1_000);
    }
    throw new Error('The USA path waits for the international one');
  }

  /** In the stream of a destination, the first copies of a session's events are in order. */
  async function expectOrder(segment: Segment): Promise<void> {
    const records = await readStream(stage, `${SOURCE}-${segment}`);
    const last = new Map<string, number>();
    const all = withoutDuplicates(records.flatMap(({ data }) => eventsIn(data)));
    const overtaken = all.filter(({ session_id, n }) => {
      const previous = last.get(session_id) ?? -1;
      last.set(session_id, n);
      return n < previous;
    });
    expect(overtaken).toEqual([]);
  }

  /** Seconds between the arrival of an event in the source and its first one in the USA stream. */
  async function usaDelays(arrivals: [string, number][]) {
    const cameAt = new Map(arrivals);
    const delayOf = new Map<number, number>();
    for (const { data, arrivedAt } of await readStream(stage, `${SOURCE}-usa`)) {
      for (const { event_id, n } of eventsIn(data)) {
        const delay = arrivedAt - (cameAt.get(event_id) ?? 0);
        delayOf.set(n, Math.min(delay, delayOf.get(n) ?? delay));
      }
    }
    return (sent: readonly SentRecord[]) =>
      sent
        .filter(({ goesTo }) => goesTo === 'usa')
        .map(({ data }) => delayOf.get(JSON.parse(data.toString()).n) as number);
  }
}, 240_000); // 20 to 30 s; machines that do something else need longer

/** Of a record of a segment's stream, which is gzip. */
const eventsIn = (data: Buffer): Delivered[] =>
  splitLines(gunzipSync(data)).map((line) => JSON.parse(line.toString()));
