import { given, named, records, type Sent } from './fixtures.ts';

describe('When whole calls fail, a writer', () => {
  it.each([
    named('ProvisionedThroughputExceededException'),
    named('InternalFailure', 500),
    Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  ])('repeats them after %s', async (error) => {
    const { stream, write } = given();
    stream.failCall = (call) => (call < 3 ? { error, isStored: false } : undefined);
    expect((await write(records(1_200))).unplaced).toEqual([]);
    expect(stream.arrived).toHaveLength(1_200);
  });

  it('counts results that do not match the records as a failure', async () => {
    const { stream, write } = given({
      send: async (sent, _signal) => {
        const results = await stream.send(sent);
        return stream.calls.length === 1 ? results.slice(1) : results;
      },
    });
    expect(await write(records(10))).toMatchObject({
      unplaced: [],
      errors: { ContractBroken: 10 },
    });
  });

  it.each(['ResourceNotFoundException', 'AccessDeniedException', 'ValidationException'])(
    'stops at %s, waits for what is in flight, and reports the rest',
    async (name) => {
      const { stream, write } = given({ callsInFlight: 2 });
      const error = named(name);
      stream.failCall = (call) => (call === 1 ? { error, isStored: false } : undefined);
      const report = await write(records(5_000));
      expect(report.failure).toBe(error);
      expect(report.calls).toBeLessThanOrEqual(3);
      expect(report.unplaced).toHaveLength(5_000 - stream.arrived.length);
      expect(report.unplaced[0]).toBe(500);
    },
  );
});

describe('When time runs out, a writer', () => {
  it('returns before the deadline with what has not arrived, though a call hangs', async () => {
    const { stream, write, clock } = given();
    stream.latencyMs = 60_000;
    const signals: AbortSignal[] = [];
    const send = (sent: readonly Sent[], signal: AbortSignal) => {
      signals.push(signal);
      return stream.send(sent);
    };
    const report = await write(records(600), { send, deadline: () => 5_000 - clock.now });
    expect(report.unplaced).toHaveLength(600);
    expect(clock.now).toBe(4_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('begins nothing', async () => {
    const { stream, write } = given({ deadline: () => 900 });
    expect(await write(records(10))).toMatchObject({ calls: 0, unplaced: [...Array(10).keys()] });
    expect(stream.calls).toEqual([]);
  });

  it('has placed the front of its batch, so that the next invocation gets further', async () => {
    const { stream, write, clock } = given({ marginMs: 1_000 });
    stream.latencyMs = 100;
    const all = records(20_000, 4_000);
    const progress: number[] = [];
    for (let from = 0; from < all.length; ) {
      const end = clock.now + 1_250;
      const { unplaced } = await write(all.slice(from), { deadline: () => end - clock.now });
      progress.push(unplaced[0] ?? all.length - from);
      from += progress.at(-1) as number;
    }
    expect(progress.length).toBeGreaterThan(2);
    expect(Math.min(...progress.slice(0, -1))).toBeGreaterThan(1_000);
  });

  it('has tried a destination that is down until then', async () => {
    const { stream, write, clock } = given();
    stream.failCall = () => ({ error: named('ServiceUnavailableException', 503), isStored: false });
    const report = await write(records(10), { deadline: () => 30_000 - clock.now });
    expect(report.unplaced).toHaveLength(10);
    expect(clock.now).toBe(29_000);
    expect(report.calls).toBeGreaterThan(20);
    expect(report.calls).toBeLessThan(60);
  });

  it('completes what it has begun in the last third of it, so that next to nothing is written twice', async () => {
    const { stream, write, clock } = given();
    stream.latencyMs = 100;
    // A shard that takes forty records a call.
    stream.takesOfCall = 40;
    const report = await write(records(5_000), { deadline: () => 31_000 - clock.now });
    const first = report.unplaced[0] as number;
    expect(first).toBeGreaterThan(500);
    expect(stream.arrived.filter(({ id }) => id > first)).toHaveLength(0);
    expect(clock.now).toBeLessThan(30_000);
  });
});

describe('When single records and whole calls fail by turns, a writer', () => {
  it('pauses by what failed last: longer and longer for calls, at its pace for records', async () => {
    const { stream, write, clock } = given({ random: () => 1 });
    const at: number[] = [];
    const down = { error: named('InternalFailure', 500), isStored: false };
    stream.failCall = (call) => {
      at.push(clock.now);
      return [2, 3, 4].includes(call) ? down : undefined;
    };
    // More than half of each call; the calls that fail as a whole count one more each.
    stream.failEntry = (_, call) => (call < 7 ? 'InternalFailure' : undefined);
    expect((await write(records(4))).unplaced).toEqual([]);
    const pauses = at.slice(1).map((time, i) => time - (at[i] as number) - stream.latencyMs);
    expect(pauses).toEqual([50, 100, 50, 100, 200, 200, 250]);
  });
});
