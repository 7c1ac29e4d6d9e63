import { createAllowance, NOTHING_USED, type Usage } from '../../core/allowance.ts';
import { errorOf, givenAllowance } from '../functions/fixtures.ts';

const limits = { requests: 10, waitSeconds: 0 };
const made = async () => {};

describe('The allowance of a run', () => {
  it('stores each request before it leaves', async () => {
    const allowance = givenAllowance({}, { requests: 7 });
    await allowance.spend('requests', made);
    await allowance.spend('tokenRequests', made);
    expect(allowance.stored).toEqual([
      { ...NOTHING_USED, requests: 8, leased: 1 },
      { ...NOTHING_USED, requests: 8, tokenRequests: 1, leased: 1 },
    ]);
    await allowance.save();
    expect(allowance.stored.at(-1)).toEqual({ ...NOTHING_USED, requests: 8, tokenRequests: 1 });
  });

  it('ends with its requests, tokens included, whatever was used before', async () => {
    const allowance = givenAllowance({ requests: 4 }, { requests: 1, tokenRequests: 1 });
    await allowance.spend('requests', made);
    await allowance.spend('tokenRequests', made);
    expect(await errorOf(allowance.spend('requests', made))).toMatchObject({ name: 'BudgetSpent' });
    expect(await errorOf(allowance.spend('tokenRequests', made))).toMatchObject({
      name: 'BudgetSpent',
    });
    expect(allowance.usage).toMatchObject({ requests: 2, tokenRequests: 2 });
  });

  it('lets callers at the same time share a write, and none leave before its own', async () => {
    const stored: Usage[] = [];
    const releases: (() => void)[] = [];
    const allowance = createAllowance({
      used: NOTHING_USED,
      limits,
      lease: 3,
      store: (usage) =>
        new Promise((resolve) => releases.push(() => resolve(void stored.push(usage)))),
    });
    const left: number[] = [];
    const spends = [1, 2, 3, 4].map((n) =>
      allowance.spend('requests', made).then(() => left.push(n)),
    );
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    await turn();
    expect(releases).toHaveLength(1);
    expect(left).toEqual([]);
    while (stored.length < releases.length) {
      releases[stored.length]?.();
      await turn();
    }
    await Promise.all(spends);
    expect(left).toEqual([1, 2, 3, 4]);
    expect(stored.length).toBeLessThanOrEqual(3);
  });

  it('writes once for a lease of requests, and gives back what is left', async () => {
    const stored: Usage[] = [];
    const allowance = createAllowance({
      used: { ...NOTHING_USED, requests: 2 },
      limits,
      lease: 5,
      store: async (usage) => void stored.push(usage),
    });
    for (let i = 0; i < 3; i++) await allowance.spend('requests', made);
    expect(stored).toEqual([{ ...NOTHING_USED, requests: 7, leased: 5 }]);
    await allowance.save();
    expect(stored.at(-1)).toEqual({ ...NOTHING_USED, requests: 5 });
  });

  it('writes the next lease before one ends, so that no request waits for it', async () => {
    const writes: (() => void)[] = [];
    const allowance = createAllowance({
      used: NOTHING_USED,
      limits: { requests: 12, waitSeconds: 0 },
      lease: 4,
      store: () => new Promise((resolve) => writes.push(resolve)),
    });
    let sent = 0;
    const send = async () => {
      sent += 1;
    };
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    const spends = [1, 2, 3, 4, 5].map(() => allowance.spend('requests', send));
    await turn();
    expect({ sent, writes: writes.length }).toEqual({ sent: 0, writes: 1 });
    writes[0]?.();
    await turn();
    expect({ sent, writes: writes.length }).toEqual({ sent: 4, writes: 2 });
    writes[1]?.();
    await Promise.all(spends);
    expect(sent).toBe(5);
  });

  it('counts the lease of a call that was cut, as unconfirmed, so that no limit is exceeded', async () => {
    const stored: Usage[] = [];
    const open = (used: Usage) =>
      createAllowance({ used, limits, lease: 4, store: async (usage) => void stored.push(usage) });
    let sent = 0;
    const send = async () => {
      sent += 1;
    };
    const first = open(NOTHING_USED);
    for (let i = 0; i < 6; i++) await first.spend('requests', send);
    const next = open(stored.at(-1) as Usage);
    expect(next.usage).toMatchObject({ requests: 8, unconfirmed: 6, leased: 0 });
    for (let i = 0; i < 2; i++) await next.spend('requests', send);
    expect(await errorOf(next.spend('requests', send))).toMatchObject({ name: 'BudgetSpent' });
    await next.save();
    const { requests, unconfirmed } = stored.at(-1) as Usage;
    expect([requests - unconfirmed, sent, requests]).toEqual([4, 8, 10]);
  });

  it('holds a request for unconfirmed until it has ended, in success or failure', async () => {
    const stored: Usage[] = [];
    const store = async (usage: Usage) => void stored.push(usage);
    const allowance = createAllowance({ used: NOTHING_USED, limits, store });
    const failing = allowance.spend('requests', async () => {
      expect(stored).toEqual([{ ...NOTHING_USED, requests: 1, leased: 1 }]);
      await allowance.save();
      throw new Error('503');
    });
    expect(await errorOf(failing)).toMatchObject({ message: '503' });
    expect(stored).toHaveLength(1);
    await allowance.save();
    expect(stored.at(-1)).toEqual({ ...NOTHING_USED, requests: 1 });
  });

  it('confirms each request that it can, whatever writes fail between', async () => {
    let writes = 0;
    let stored: Usage = NOTHING_USED;
    const allowance = createAllowance({
      used: NOTHING_USED,
      limits,
      lease: 3,
      store: async (usage) => {
        writes += 1;
        if (writes === 2) throw new Error('SlowDown');
        stored = usage;
      },
    });
    let sent = 0;
    const send = async () => {
      sent += 1;
    };
    const failed: string[] = [];
    for (let i = 0; i < 5; i++) {
      await allowance.spend('requests', send).catch(({ message }) => failed.push(message));
    }
    expect(failed).toEqual(['SlowDown']);
    await allowance.save();
    expect(stored).toEqual({ ...NOTHING_USED, requests: 4 });
    expect(sent).toBe(4);
  });

  it('does not count a request that could not be noted, and says so', async () => {
    const failure = new Error('SlowDown');
    const allowance = createAllowance({
      used: NOTHING_USED,
      limits,
      store: async () => Promise.reject(failure),
    });
    expect(await errorOf(allowance.spend('requests', made))).toBe(failure);
    expect(allowance.usage.requests).toBe(0);
  });

  it('counts a pause of several callers once, and lets nobody call before its end', async () => {
    const allowance = givenAllowance({ waitSeconds: 10 });
    expect([allowance.pause(4_000), allowance.pause(6_000), allowance.pause(1_000)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(allowance.usage.waitedMs).toBe(6_000);
    await allowance.spend('requests', made);
    expect(allowance.slept).toEqual([6_000]);
    expect(allowance.stored).toEqual([
      { ...NOTHING_USED, requests: 1, leased: 1, waitedMs: 6_000 },
    ]);
  });

  it('lets nobody wait beyond the seconds of the run', async () => {
    const allowance = givenAllowance({ waitSeconds: 10 }, { waitedMs: 7_000 });
    expect(allowance.pause(3_001)).toBe(false);
    expect(allowance.pause(3_000)).toBe(true);
    expect(allowance.pause(3_001)).toBe(false);
    await allowance.save();
    expect(allowance.stored.at(-1)?.waitedMs).toBe(10_000);
  });

  it('makes no request after the deadline', async () => {
    let now = 0;
    const allowance = createAllowance({
      used: NOTHING_USED,
      limits,
      store: async () => {},
      deadline: 100,
      clock: () => now,
    });
    await allowance.spend('requests', made);
    now = 101;
    expect(await errorOf(allowance.spend('requests', made))).toMatchObject({ name: 'TimeSpent' });
    expect(allowance.usage.requests).toBe(1);
  });
});
