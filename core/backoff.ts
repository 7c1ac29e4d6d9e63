/** Bounds of a pause, in milliseconds. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Exponential backoff with full jitter: anything between nothing and the doubled step, so that
 * callers that failed together do not come back together. `failures` counts from 1, `random` is in
 * [0, 1).
 */
export function backoffMs(failures: number, { baseMs, capMs }: Backoff, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** (failures - 1));
}
