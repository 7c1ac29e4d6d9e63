import { createPacer } from '../../../core/spotify/pacer.ts';

/** A clock that moves only when somebody waits or works; `error` is what a timer is off by. */
function fakeTime(error: () => number = () => 0) {
  let now = 1_000;
  return {
    clock: () => now,
    pause: async (ms: number) => {
      now += Math.max(0.1, ms + error());
    },
    work: (ms: number) => {
      now += ms;
    },
  };
}

async function startsOf(turns: number, intervalMs: number, time: ReturnType<typeof fakeTime>) {
  const pacer = createPacer(intervalMs, time.clock, time.pause);
  const starts: number[] = [];
  for (let i = 0; i < turns; i++) {
    await pacer.turn();
    starts.push(time.clock());
    time.work(i % 40 < 30 ? 0 : ([3, 250, 99, 1_400][i % 4] as number));
  }
  return starts;
}

/** Most starts within any window of this length, its end excluded. */
const mostWithin = (windowMs: number, starts: number[]) =>
  Math.max(
    ...starts.map((from) => starts.filter((at) => at >= from && at < from + windowMs).length),
  );

describe('A pacer', () => {
  it('exceeds the rate in no window, however long the work in between takes', async () => {
    const starts = await startsOf(300, 100, fakeTime());
    expect(mostWithin(1_000, starts)).toBe(10);
    expect(mostWithin(30_000, starts)).toBeLessThanOrEqual(300);
    expect(mostWithin(100, starts)).toBe(1);
  });

  it('keeps the interval although timers fire late', async () => {
    let n = 0;
    const starts = await startsOf(
      200,
      100,
      fakeTime(() => n++ % 5),
    );
    expect(mostWithin(1_000, starts)).toBeLessThanOrEqual(10);
  });

  it('keeps the interval to a turn that was late, on a machine that is busy', async () => {
    let n = 0;
    // Each fifth timer fires 90 ms late, and callers wait all the time.
    const time = fakeTime(() => (n++ % 5 === 0 ? 90 : 0));
    const pacer = createPacer(100, time.clock, time.pause);
    const starts: number[] = [];
    const call = async () => {
      await pacer.turn();
      starts.push(time.clock());
    };
    await Promise.all(Array.from({ length: 50 }, call));
    const gaps = starts.slice(1).map((at, i) => at - (starts[i] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  });

  it('keeps the interval although timers fire early, as those of Node do by a millisecond', async () => {
    const time = fakeTime(() => -1.3);
    const pacer = createPacer(100, time.clock, time.pause);
    let last = time.clock();
    for (let i = 0; i < 50; i++) {
      await pacer.turn();
      expect(time.clock() - last).toBeGreaterThanOrEqual(100);
      last = time.clock();
    }
  });

  it('does not save up what was not used', async () => {
    const time = fakeTime();
    const pacer = createPacer(100, time.clock, time.pause);
    await pacer.turn();
    time.work(60_000);
    const starts: number[] = [];
    for (let i = 0; i < 3; i++) {
      await pacer.turn();
      starts.push(time.clock());
    }
    expect(mostWithin(100, starts)).toBe(1);
  });

  it('uses the rate up, but for a small margin, and waits for nothing after a pause', async () => {
    const time = fakeTime();
    const pacer = createPacer(100, time.clock, time.pause);
    const begin = time.clock();
    for (let i = 0; i < 10; i++) await pacer.turn();
    expect(time.clock() - begin).toBeGreaterThanOrEqual(1_000);
    expect(time.clock() - begin).toBeLessThanOrEqual(1_051);
    time.work(500);
    const idle = time.clock();
    await pacer.turn();
    expect(time.clock()).toBe(idle);
  });

  it('that is new waits too: it cannot know what the call before it sent', async () => {
    const time = fakeTime();
    const begin = time.clock();
    await createPacer(250, time.clock, time.pause).turn();
    expect(time.clock() - begin).toBeGreaterThanOrEqual(250);
  });

  it('waits as a new one does after a long pause, in which others may have sent', async () => {
    const time = fakeTime();
    const pacer = createPacer(250, time.clock, time.pause);
    await pacer.turn();
    time.work(60_000);
    const idle = time.clock();
    await pacer.turn();
    expect(time.clock() - idle).toBeGreaterThanOrEqual(250);
  });

  it('spaces callers that come at the same time', async () => {
    const time = fakeTime();
    const pacer = createPacer(100, time.clock, async (ms) => {
      starts.push(time.clock() + ms);
    });
    const starts: number[] = [];
    await Promise.all(Array.from({ length: 12 }, () => pacer.turn()));
    expect(mostWithin(100, starts)).toBe(1);
    expect(mostWithin(1_000, starts)).toBe(10);
  });

  it('paces by the real clock too', async () => {
    const pacer = createPacer(30);
    const begin = performance.now();
    for (let i = 0; i < 4; i++) await pacer.turn();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(120);
  });
});
