import { setTimeout as sleep } from 'node:timers/promises';

export interface Pacer {
  /** Resolves when the next request may go out. */
  turn(): Promise<void>;
}

/** After a pause this long a client knows as little of the requests before it as a new one. */
const IDLE_MS = 1_000;

/** Requests are spaced as they leave; on the way they may come closer together. */
const MARGIN = 1.04;

/**
 * Keeps requests at least `intervalMs` apart, start to start, however many callers there are. The first
 * one waits a full interval too: a new environment cannot know what the call before it sent.
 */
export function createPacer(
  intervalMs: number,
  clock: () => number = () => performance.now(),
  pause: (ms: number) => Promise<unknown> = sleep,
): Pacer {
  const spacing = intervalMs * MARGIN;
  let nextAt = clock() + spacing;
  return {
    async turn() {
      const now = clock();
      if (now - nextAt > IDLE_MS) nextAt = now + spacing;
      const at = Math.max(now, nextAt);
      nextAt = at + spacing;
      if (at > now) await pause(at - now);
    },
  };
}
