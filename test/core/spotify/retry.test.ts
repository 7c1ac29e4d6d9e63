import {
  AccessTokenExpired,
  BudgetSpent,
  ContractBroken,
  EndpointNotAllowed,
  InvalidCredentials,
  QuotaExhausted,
  RateLimited,
  RequestRejected,
  ResourceNotFound,
  ServiceUnavailable,
} from '../../../core/errors.ts';
import type { RetryPolicy } from '../../../core/retry.ts';
import { withRetries } from '../../../core/spotify/client.ts';
import {
  LONGEST_RETRY_AFTER_SECONDS,
  retryDelayMs,
  retryPolicy,
} from '../../../core/spotify/retry.ts';
import { errorOf, givenAllowance } from '../../functions/fixtures.ts';

const policy: RetryPolicy = {
  attempts: 5,
  baseMs: 100,
  capMs: 300,
};
const unavailable = new ServiceUnavailable('502');
const most = () => 1 - Number.EPSILON;

describe('The delay before another attempt', () => {
  it('doubles up to its cap', () => {
    const delays = [1, 2, 3, 4].map((n) => retryDelayMs(policy, n, unavailable, most));
    expect(delays.map((delay) => Math.round(delay ?? -1))).toEqual([100, 200, 300, 300]);
  });

  it('is jittered in full, from nothing to that bound', () => {
    expect(retryDelayMs(policy, 2, unavailable, () => 0)).toBe(0);
    expect(retryDelayMs(policy, 2, unavailable, () => 0.5)).toBe(100);
    const delays = Array.from({ length: 500 }, () => retryDelayMs(policy, 2, unavailable) ?? -1);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(100);
  });

  it('is never shorter than Retry-After', () => {
    for (const random of [() => 0, () => 0.5, most]) {
      expect(retryDelayMs(policy, 1, new RateLimited('', 3), random)).toBeGreaterThanOrEqual(3_000);
      expect(retryDelayMs(policy, 1, new RateLimited('', 3), random)).toBeLessThanOrEqual(3_100);
    }
  });

  it('is none where Retry-After is longer than the policy waits: that is handed on', () => {
    expect(retryDelayMs(policy, 1, new RateLimited('', 5))).toBeDefined();
    expect(retryDelayMs(policy, 1, new RateLimited('', 6))).toBeUndefined();
  });

  it('is none after the last attempt', () => {
    expect(retryDelayMs(policy, 4, unavailable)).toBeDefined();
    expect(retryDelayMs(policy, 5, unavailable)).toBeUndefined();
    expect(retryDelayMs(policy, 5, new RateLimited('', 1))).toBeUndefined();
  });

  it('is given for faults of a few seconds alone', () => {
    for (const error of [unavailable, new ContractBroken('')]) {
      expect(retryDelayMs(policy, 1, error)).toBeDefined();
    }
    const others = [
      new AccessTokenExpired(''),
      new EndpointNotAllowed(''),
      new BudgetSpent(''),
      new InvalidCredentials(''),
      new QuotaExhausted(''),
      new RequestRejected(''),
      new ResourceNotFound(''),
      new TypeError('our own bug'),
      'text',
    ];
    for (const error of others) expect(retryDelayMs(policy, 1, error)).toBeUndefined();
  });

  it('adds up, by the policy of the product, to less than a function may last', () => {
    const { attempts } = retryPolicy;
    const longest = (error: Error) =>
      Array.from({ length: attempts - 1 }, (_, i) => retryDelayMs(retryPolicy, i + 1, error, most))
        .map((delay) => delay ?? 0)
        .reduce((sum, delay) => sum + delay, 0);
    expect(longest(unavailable)).toBeLessThanOrEqual(10_000);
    expect(longest(new RateLimited('', LONGEST_RETRY_AFTER_SECONDS))).toBeLessThanOrEqual(30_000);
  });
});

describe('Retrying', () => {
  const failing = (times: number, error: unknown) => {
    const work = async () => {
      work.calls += 1;
      if (work.calls <= times) throw error;
      return 'done';
    };
    work.calls = 0;
    return work;
  };

  it('stops at the first success, with a pause before each further attempt', async () => {
    const pauses: number[] = [];
    const pause = async (ms: number) => pauses.push(ms);
    const work = failing(2, unavailable);
    expect(await withRetries(work, policy, givenAllowance(), pause)).toBe('done');
    expect(work.calls).toBe(3);
    expect(pauses).toHaveLength(2);
  });

  it('asks the allowance for the pause of a 429, and ends where the run may not wait', async () => {
    const allowance = givenAllowance({ waitSeconds: 7 });
    const limited = new RateLimited('', 3);
    const work = failing(99, limited);
    expect(await errorOf(withRetries(work, { ...policy, baseMs: 0 }, allowance))).toBe(limited);
    // The pauses overlap here: nobody waits for them but the next request.
    expect(allowance.usage.waitedMs).toBe(3_000);
    const short = givenAllowance({ waitSeconds: 2 });
    const again = failing(99, limited);
    expect(await errorOf(withRetries(again, policy, short))).toBe(limited);
    expect(again.calls).toBe(1);
  });

  it('counts no pause for a 429 that arrives after the end of all calls', async () => {
    const allowance = givenAllowance();
    const limited = new RateLimited('', 3);
    const inFlight = async () => {
      allowance.end(new QuotaExhausted('to another caller'));
      throw limited;
    };
    expect(await errorOf(withRetries(inFlight, policy, allowance))).toBe(limited);
    expect(allowance.usage.waitedMs).toBe(0);
  });

  it('makes as many attempts as the policy says and throws the last error', async () => {
    const work = failing(99, unavailable);
    const result = withRetries(work, policy, givenAllowance(), async () => {});
    expect(await errorOf(result)).toBe(unavailable);
    expect(work.calls).toBe(5);
  });

  it('throws at once what another attempt will not change', async () => {
    const work = failing(99, new QuotaExhausted(''));
    const result = withRetries(work, policy, givenAllowance(), async () => {});
    expect(await errorOf(result)).toBeInstanceOf(QuotaExhausted);
    expect(work.calls).toBe(1);
  });
});
