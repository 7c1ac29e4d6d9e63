import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../retry.ts';
import type { Call } from './shards.ts';
import { isTransient } from './transient.ts';

/** Reading shares its limits with others, so a throttled call waits longer than a faulted one. */
const POLICY = { attempts: 10, baseMs: 200, capMs: 5_000 };

const isThrottled = (error: unknown): boolean =>
  /ThroughputExceeded|LimitExceeded|Throttl/.test((error as Error).name);

/**
 * Repeats calls that failed for a while, with full jitter: throttled ones until they get through,
 * faulted ones up to ten times in a row.
 */
export function createCall(signal: AbortSignal): Call {
  return async (call) => {
    let faults = 0;
    for (let failures = 1; ; failures++) {
      try {
        return await call();
      } catch (error) {
        if (!isThrottled(error)) faults++;
        if (!isTransient(error) || faults >= POLICY.attempts || signal.aborted) throw error;
      }
      await pause(backoffMs(failures, POLICY, Math.random()), signal);
    }
  };
}

/** Resolves after `ms`, or as soon as the signal says so. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
}
