import { ContractBroken, RateLimited, ServiceUnavailable } from '../errors.ts';
import { backoffMs, type RetryPolicy } from '../retry.ts';

/** Retries of one request; longer waits are the state machine's. */
export const retryPolicy: RetryPolicy = { attempts: 3, baseMs: 400, capMs: 4_000 };

/** A `Retry-After` up to this many seconds is waited out here; a longer one is handed on. */
export const LONGEST_RETRY_AFTER_SECONDS = 5;

/**
 * Milliseconds to pause before attempt `attempt + 1`, or undefined if the error is not to be retried.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  error: unknown,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  const jitter = backoffMs(attempt, policy, random());
  if (error instanceof RateLimited) {
    if (error.retryAfterSeconds > LONGEST_RETRY_AFTER_SECONDS) return undefined;
    // Never earlier than asked: calling on reportedly lengthens the wait.
    return error.retryAfterSeconds * 1_000 + jitter;
  }
  const isFault = error instanceof ServiceUnavailable || error instanceof ContractBroken;
  return isFault ? jitter : undefined;
}
