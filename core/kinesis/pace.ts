import { backoffMs, type RetryPolicy } from '../retry.ts';

/** Of whole calls that fail. The deadline ends them, not a count: what is down may take its time. */
export const CALL_RETRY: RetryPolicy = {
  attempts: Number.POSITIVE_INFINITY,
  baseMs: 50,
  capMs: 2_000,
};

/**
 * Between calls of which entries fail. The cap is short, because a throttled shard takes what it can
 * of each call; at a quarter of a second, twenty writers that share a shard keep it busy and no more.
 */
const STEP = { baseMs: 50, capMs: 250 };

/** Between these shares of failed entries the pace stays: a throttled stream is used in full. */
const FASTER_BELOW = 0.25;
const SLOWER_ABOVE = 0.5;

/**
 * How fast one execution environment writes to a stream: all its calls slow down together when
 * entries fail, and speed up when they no longer do.
 */
export class Pace {
  #stepMs = 0;
  #failedCalls = 0;

  /** After a call of which this share of the entries failed. */
  settled(failedShare: number): void {
    this.#failedCalls = 0;
    if (failedShare > SLOWER_ABOVE) {
      this.#stepMs = Math.min(STEP.capMs, Math.max(STEP.baseMs, 2 * this.#stepMs));
    } else if (failedShare >= FASTER_BELOW) {
      this.#stepMs = Math.max(STEP.baseMs, this.#stepMs);
    } else {
      this.#stepMs = this.#stepMs > STEP.baseMs ? this.#stepMs / 2 : 0;
    }
  }

  /** After a call that failed as a whole. */
  failed(): void {
    this.#failedCalls++;
  }

  /** Whether there is to be one call at a time, with pauses between. */
  get isSlow(): boolean {
    return this.#stepMs > 0 || this.#failedCalls > 0;
  }

  /** Before the next call; `random` is in [0, 1). */
  pauseMs(random: number): number {
    if (this.#failedCalls > 0) return backoffMs(this.#failedCalls, CALL_RETRY, random);
    return this.#stepMs * (0.5 + random / 2);
  }
}
