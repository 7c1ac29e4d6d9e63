import { setTimeout as sleep } from 'node:timers/promises';

export interface Pacer {
  /** Resolves when the next request may go out. */
  turn(): Promise<void>;
}

/** After a pause this long an environment knows as little of the others as a fresh one. */
const IDLE_MS = 1_000;

/** Requests are spaced as they leave; on the way they may come closer together. */
const MARGIN = 1.03;

/**
 * Keeps requests of this execution environment at least `shareMs` apart, start to start.
 * The first one waits a full interval too: a fresh environment cannot know what its predecessor
 * sent a moment ago, and the sum over all environments must stay below the limit.
 */
export function createPacer(
  shareMs: number,
  clock: () => number = () => performance.now(),
  pause: (ms: number) => Promise<unknown> = sleep,
): Pacer {
  const intervalMs = shareMs * MARGIN;
  let nextAt = clock() + intervalMs;
  return {
    async turn() {
      if (clock() - nextAt > IDLE_MS) nextAt = clock() + intervalMs;
      const wait = nextAt - clock();
      if (wait > 0) await pause(wait);
      nextAt = Math.max(clock(), nextAt) + intervalMs;
    },
  };
}
