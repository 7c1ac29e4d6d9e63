import { createAllowance, type Usage } from '../../core/allowance.ts';
import { errorOf, givenAllowance } from '../functions/fixtures.ts';

const nothing = { requests: 0, tokenRequests: 0, leased: 0, waitedMs: 0 };

describe('The allowance of a run', () => {
  it('stores each request before it leaves', async () => {
    const allowance = givenAllowance({}, { requests: 7 });
    await allowance.spend('requests');
    await allowance.spend('tokenRequests');
    expect(allowance.stored).toEqual([
      { requests: 8, tokenRequests: 0, leased: 0, waitedMs: 0 },
      { requests: 8, tokenRequests: 1, leased: 0, waitedMs: 0 },
    ]);
  });

  it('ends with its requests, tokens included, whatever was used before', async () => {
    const allowance = givenAllowance({ requests: 4 }, { requests: 1, tokenRequests: 1 });
    await allowance.spend('requests');
    await allowance.spend('tokenRequests');
    expect(await errorOf(allowance.spend('requests'))).toMatchObject({ name: 'BudgetSpent' });
    expect(await errorOf(allowance.spend('tokenRequests'))).toMatchObject({ name: 'BudgetSpent' });
    expect(allowance.usage).toMatchObject({ requests: 2, tokenRequests: 2 });
  });

  it('lets callers at the same time share a write, and none leave before its own', async () => {
    const stored: Usage[] = [];
    const releases: (() => void)[] = [];
    const allowance = createAllowance({
      used: nothing,
      limits: { requests: 10, waitSeconds: 0 },
      store: (usage) =>
        new Promise((resolve) => releases.push(() => resolve(void stored.push(usage)))),
    });
    const left: number[] = [];
    const spends = [1, 2, 3, 4].map((n) => allowance.spend('requests').then(() => left.push(n)));
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    await turn();
    expect(releases).toHaveLength(1);
    expect(left).toEqual([]);
    while (stored.length < releases.length) {
      releases[stored.length]?.();
      await turn();
    }
    await Promise.all(spends);
    expect(stored.at(-1)?.requests).toBe(4);
    expect(stored.length).toBeLessThanOrEqual(2);
  });

  it('writes once for a lease of requests, and gives back what is left', async () => {
    const stored: Usage[] = [];
    const allowance = createAllowance({
      used: { ...nothing, requests: 2 },
      limits: { requests: 10, waitSeconds: 0 },
      lease: 5,
      store: async (usage) => void stored.push(usage),
    });
    for (let i = 0; i < 4; i++) await allowance.spend('requests');
    expect(stored).toEqual([{ ...nothing, requests: 3, leased: 4 }]);
    await allowance.save();
    expect(stored.at(-1)).toEqual({ ...nothing, requests: 6 });
  });

  it('of a call that was cut counts its lease as used, so that no limit is exceeded', async () => {
    const stored: Usage[] = [];
    const open = (used: Usage) =>
      createAllowance({
        used,
        limits: { requests: 10, waitSeconds: 0 },
        lease: 4,
        store: async (usage) => void stored.push(usage),
      });
    let sent = 0;
    const first = open(nothing);
    for (; sent < 6; sent++) await first.spend('requests');
    const next = open(stored.at(-1) as Usage);
    expect(next.usage.requests).toBe(8);
    while (
      (await errorOf(next.spend('requests').then(() => Promise.reject(new Error('sent')))))
        .message === 'sent'
    )
      sent += 1;
    expect(sent).toBe(8);
  });

  it('does not count a request that could not be noted, and says so', async () => {
    const failure = new Error('SlowDown');
    const allowance = createAllowance({
      used: nothing,
      limits: { requests: 10, waitSeconds: 0 },
      store: async () => Promise.reject(failure),
    });
    expect(await errorOf(allowance.spend('requests'))).toBe(failure);
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
    await allowance.spend('requests');
    expect(allowance.slept).toEqual([6_000]);
    expect(allowance.stored).toEqual([
      { requests: 1, tokenRequests: 0, leased: 0, waitedMs: 6_000 },
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
      used: nothing,
      limits: { requests: 10, waitSeconds: 0 },
      store: async () => {},
      deadline: 100,
      clock: () => now,
    });
    await allowance.spend('requests');
    now = 101;
    expect(await errorOf(allowance.spend('requests'))).toMatchObject({ name: 'TimeSpent' });
    expect(allowance.usage.requests).toBe(1);
  });
});
