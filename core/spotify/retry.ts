import { backoffMs } from '../backoff.ts';
import { ContractBroken, RateLimited, ServiceUnavailable } from '../errors.ts';

/** How often, how long and for what one request is repeated. Longer waits are the state machine's. */
export interface RetryPolicy {
  /** Requests at the most, the first one included. */
  attempts: number;
  /** Upper bound of the first pause, in milliseconds; it doubles from there. */
  baseDelayMs: number;
  maxDelayMs: number;
  /** A `Retry-After` up to this many seconds is waited out here; a longer one is handed on. */
  longestRetryAfterSeconds: number;
}

export const retryPolicy: RetryPolicy = {
  attempts: 4,
  baseDelayMs: 250,
  maxDelayMs: 4_000,
  longestRetryAfterSeconds: 5,
};

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
  const jitter = backoffMs(
    attempt,
    { baseMs: policy.baseDelayMs, capMs: policy.maxDelayMs },
    random(),
  );
  if (error instanceof RateLimited) {
    if (error.retryAfterSeconds > policy.longestRetryAfterSeconds) return undefined;
    // Never earlier than asked: calling on reportedly lengthens the wait.
    return error.retryAfterSeconds * 1_000 + jitter;
  }
  const isFault = error instanceof ServiceUnavailable || error instanceof ContractBroken;
  return isFault ? jitter : undefined;
}
