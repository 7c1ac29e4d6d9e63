/** How often a call is made, and how long the pauses between are. Times in milliseconds. */
export interface RetryPolicy {
  /** Calls at the most, the first one included. */
  readonly attempts: number;
  /** Upper bound of the first pause; it doubles from there. */
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Exponential backoff with full jitter: anything between nothing and the doubled step, so that
 * callers that failed together do not retry together. `failures` counts from 1, `random` is in
 * [0, 1).
 */
export function backoffMs(
  failures: number,
  { baseMs, capMs }: Pick<RetryPolicy, 'baseMs' | 'capMs'>,
  random: number,
): number {
  return random * Math.min(capMs, baseMs * 2 ** (failures - 1));
}
