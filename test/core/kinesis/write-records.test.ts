import { createRandom } from 'seeded-random';
import { PUT_RECORD_BATCH, PUT_RECORDS } from '../../../core/kinesis/send-queue.ts';
import { given, named, record, records } from './fixtures.ts';

const throttled = 'ProvisionedThroughputExceededException';
describe('Where nothing fails, a writer', () => {
  it('makes no more calls than full batches ask for, a few at the same time', async () => {
    const { stream, write, clock } = given();
    expect(await write(records(10_000))).toEqual({ unplaced: [], calls: 20, errors: {} });
    expect(stream.arrived.map(({ id }) => id)).toEqual([...Array(10_000).keys()]);
    expect(stream.mostInFlight).toBe(4);
    expect(clock.now).toBe(50);
    expect(stream.violations).toBe(0);
  });

  it('makes no call for nothing', async () => {
    const { write } = given();
    expect(await write([])).toEqual({ unplaced: [], calls: 0, errors: {} });
  });

  it('makes as many calls as a session has records when those are more', async () => {
    const { stream, write } = given();
    expect((await write(records(10_000, 500))).calls).toBe(20);
    expect((await write(records(10_000, 400))).calls).toBe(25);
    expect((await write(records(90, 30))).calls).toBe(3);
    expect(stream.violations).toBe(0);
  });

  it('counts partition keys as part of a record’s bytes', async () => {
    const { stream, write } = given();
    const key = 'k'.repeat(250);
    const large = Array.from({ length: 5 }, (_, i) =>
      record(i, `${key}${i}`, PUT_RECORDS.recordBytes - 251),
    );
    await write(large);
    expect(stream.calls).toHaveLength(1);
    await write([...large, record(5, 'x', 1)]);
    expect(stream.calls.slice(1).map((call) => call.length)).toEqual([5, 1]);
    expect(stream.violations).toBe(0);
  });

  it('serves Firehose, which has no keys and takes less in a call', async () => {
    const { stream, write } = given({ limits: PUT_RECORD_BATCH });
    const lines = Array.from({ length: 10 }, (_, i) => record(i, undefined, 1_000 * 1024));
    expect(await write(lines)).toMatchObject({ unplaced: [], calls: 3 });
    expect(stream.calls.map((call) => call.length)).toEqual([4, 4, 2]);
  });
});

describe('When single records fail, a writer', () => {
  it('repeats those alone, after a pause, together', async () => {
    const { stream, write, clock } = given({ random: () => 0 });
    stream.failEntry = ({ id }, call) => (call === 0 && id % 4 === 0 ? throttled : undefined);
    expect(await write(records(100))).toEqual({
      unplaced: [],
      calls: 2,
      errors: { [throttled]: 25 },
    });
    expect(stream.calls[1]?.map(({ id }) => id)).toEqual(
      Array.from({ length: 25 }, (_, i) => 4 * i),
    );
    expect(stream.arrived).toHaveLength(100);
    expect(clock.now).toBe(10 + 25 + 10);
  });

  it.each([1, 2, 3, 4, 5])(
    'loses nothing and keeps the order of each session (seed %i)',
    async (seed) => {
      const random = createRandom(100 + seed).next;
      const { stream, write } = given({}, seed);
      stream.failEntry = () => (random() < 0.25 ? throttled : undefined);
      stream.failCall = (call) => {
        if (random() > 0.1) return undefined;
        return { error: named('TimeoutError'), isStored: call % 2 === 0 };
      };
      const sent = Array.from({ length: 5_000 }, (_, i) =>
        record(i, `s-${Math.floor(random() ** 2 * 800)}`),
      );
      const report = await write(sent);
      expect(report.unplaced).toEqual([]);
      for (const key of new Set(sent.map(({ partitionKey = '' }) => partitionKey))) {
        const ids = sent.filter(({ partitionKey }) => partitionKey === key).map(({ id }) => id);
        expect(stream.firstArrivals(key)).toEqual(ids);
      }
    },
  );

  it('keeps to the order across invocations, when the batch is redelivered from the first unplaced record', async () => {
    const random = createRandom(9).next;
    const all = Array.from({ length: 3_000 }, (_, i) => record(i, `s-${i % 211}`));
    const { stream, write, clock } = given();
    stream.failEntry = () => (random() < 0.25 ? throttled : undefined);
    let from = 0;
    let invocations = 0;
    for (; from < all.length; invocations++) {
      const end = clock.now + 1_100;
      const { unplaced } = await write(all.slice(from), { deadline: () => end - clock.now });
      from = unplaced[0] === undefined ? all.length : from + unplaced[0];
    }
    expect(invocations).toBeGreaterThan(3);
    for (let s = 0; s < 211; s++) {
      expect(stream.firstArrivals(`s-${s}`)).toEqual(
        all.filter(({ id }) => id % 211 === s).map(({ id }) => id),
      );
    }
  });

  it('repeats them until the deadline is near, and says which are left', async () => {
    const { stream, write, clock } = given({ acknowledges: 'each' });
    stream.failEntry = ({ id }) => (id === 7 ? 'InternalFailure' : undefined);
    const report = await write(records(60, 20), { deadline: () => 20_000 - clock.now });
    // 27 and 47 are of the same session: they must not overtake 7.
    expect(report.unplaced).toEqual([7, 27, 47]);
    expect(report.errors.InternalFailure).toBeGreaterThan(50);
    expect(stream.arrived).toHaveLength(57);
    expect(clock.now).toBe(19_000);
  });

  it('never sends a record that is too large for any call', async () => {
    const { stream, write } = given({ acknowledges: 'each' });
    const sent = [
      record(0, 'a'),
      record(1, 'b', PUT_RECORDS.recordBytes),
      record(2, 'b'),
      record(3, 'c'),
    ];
    expect((await write(sent)).unplaced).toEqual([1, 2]);
    expect(stream.arrived.map(({ id }) => id)).toEqual([0, 3]);
  });
});
