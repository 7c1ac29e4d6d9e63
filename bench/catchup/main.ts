// npm run bench:catchup: the real writer, in virtual time, against shards with AWS's limits and
// against entries that fail at random. No execution environment remembers anything: what is measured
// are the copies of the writer alone.
import { createRandom } from 'seeded-random';
import { Pace } from '../../core/kinesis/pace.ts';
import { PUT_RECORDS } from '../../core/kinesis/send-queue.ts';
import { type EntryResult, writeRecords } from '../../core/kinesis/write-records.ts';
import { renderTable } from '../../core/terminal/table.ts';
import { VirtualClock } from '../../test/fixtures/virtual-clock.ts';
import { ModelStream, type Numbered } from './shards.ts';

const SHARDS = 4;
const MINUTE_MS = 60_000;
const LATENCY_MS = 15;
/** Two records a session on average, as bench:stream has them. */
const DATA = Buffer.alloc(600);

let nextId = 0;
function createBatch(size: number): Numbered[] {
  return Array.from({ length: size }, () => {
    const id = nextId++;
    const session = Math.abs(Math.imul(id, 2_654_435_761)) % Math.ceil(size / 2);
    const shard = Math.abs(Math.imul(session, 2_246_822_519)) % SHARDS;
    return { id, data: DATA, partitionKey: `${Math.floor(id / size)}-${session}`, shard };
  });
}

type Send = (records: readonly Numbered[]) => EntryResult[];

/** Batch after batch, as an event source mapping hands them over, until `until`. */
async function consume(clock: VirtualClock, size: number, until: number, send: Send, seed: number) {
  const { next: random } = createRandom(seed);
  const pace = new Pace();
  for (let batch = createBatch(size); clock.now < until; ) {
    const end = clock.now + MINUTE_MS;
    const { unplaced } = await writeRecords(batch, {
      limits: PUT_RECORDS,
      deadline: () => end - clock.now,
      pace,
      random,
      sleep: clock.sleep,
      async send(records) {
        const latency = LATENCY_MS * (0.5 + random());
        await clock.sleep(latency / 2);
        const results = send(records);
        await clock.sleep(latency / 2);
        return results;
      },
    });
    batch = unplaced[0] === undefined ? createBatch(size) : batch.slice(unplaced[0]);
  }
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
let failed = false;
const goal = (isMet: boolean) => {
  failed ||= !isMet;
  return isMet ? 'met' : 'MISSED';
};

async function catchUp(writers: number, size: number): Promise<string[]> {
  const clock = new VirtualClock();
  const stream = new ModelStream(SHARDS);
  const until = 3 * MINUTE_MS;
  const send: Send = (records) => stream.put(records, clock.now);
  const all = Array.from({ length: writers }, (_, i) => consume(clock, size, until, send, i + 1));
  await clock.run(Promise.all(all));
  // The shards begin with a full second of room; from there on they take what flows in.
  const used = [...stream.stored.values()].filter(
    ({ firstAt }) => firstAt >= 1_000 && firstAt < until,
  );
  const part = used.length / (SHARDS * (until - 1_000));
  return [
    `${writers} at a time, batches of ${size.toLocaleString('en')}`,
    percent(part),
    percent(stream.copies),
    (stream.calls / (clock.now / 1_000)).toFixed(0),
    goal(part >= 0.95 && stream.copies <= 0.02),
  ];
}

async function failAtRandom(part: number, size: number): Promise<string[]> {
  const clock = new VirtualClock();
  const stream = new ModelStream(SHARDS);
  const { next: random } = createRandom(99);
  const send: Send = (records) =>
    records.map((record) => {
      if (random() < part) return { errorCode: 'InternalFailure' };
      stream.keep(record, clock.now);
      return undefined;
    });
  await clock.run(consume(clock, size, 1, send, 7));
  const firstMinute = stream.stored.size;
  const tookMs = clock.now;
  await clock.run(consume(clock, size, clock.now + 3 * MINUTE_MS, send, 8));
  return [
    `${percent(part)} fail, batches of ${size.toLocaleString('en')}`,
    percent(firstMinute / size),
    `${(tookMs / 1_000).toFixed(1)} s`,
    percent(stream.copies),
    goal((part > 0.75 || firstMinute === size) && stream.copies <= 0.05),
  ];
}

const rows: string[][] = [];
for (const writers of [2, 8, 20]) {
  for (const size of [2_000, 10_000]) rows.push(await catchUp(writers, size));
}
console.log(`Catching up on ${SHARDS} shards, three minutes (goal: 95 % used, 2 % copies)`);
console.log(
  renderTable(['calls', 'of what the shards take', 'copies', 'PutRecords/s', 'goal'], rows),
);
const random: string[][] = [];
for (const part of [0.25, 0.5, 0.75, 0.9]) {
  for (const size of [2_000, 10_000]) random.push(await failAtRandom(part, size));
}
console.log('\nEntries that fail at random (goal: all placed up to three quarters, 5 % copies)');
console.log(renderTable(['entries', 'placed in a minute', 'took', 'copies', 'goal'], random));
process.exitCode = failed ? 1 : 0;
