import { RateLimited, TributaryError } from '../errors.ts';

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
 * Full jitter, so that requests that failed together do not come back together.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  error: unknown,
  random: () => number = Math.random,
): number | undefined {
  if (!(error instanceof TributaryError) || !error.transient || attempt >= policy.attempts) {
    return undefined;
  }
  const jitter = random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  if (error instanceof RateLimited) {
    if (error.retryAfterSeconds > policy.longestRetryAfterSeconds) return undefined;
    // Never earlier than asked: calling on reportedly lengthens the wait.
    return error.retryAfterSeconds * 1_000 + jitter;
  }
  return error.name === 'ServiceUnavailable' || error.name === 'ContractBroken'
    ? jitter
    : undefined;
}
