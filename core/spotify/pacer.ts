import { setTimeout as sleep } from 'node:timers/promises';

export interface Pacer {
  /** Resolves when the next request may go out. */
  turn(): Promise<void>;
}

/** After a pause this long a client knows as little of the requests before it as a new one. */
const IDLE_MS = 1_000;

/** Requests are spaced as they leave; on the way they may come closer together. */
const MARGIN = 1.02;

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
  let last: Promise<void> = Promise.resolve();

  async function turnAfter(before: Promise<void>): Promise<void> {
    await before;
    const now = clock();
    if (now - nextAt > IDLE_MS) nextAt = now + spacing;
    const at = Math.max(now, nextAt);
    if (at > now) await pause(at - now);
    // A timer that fired late moves the next turn: two requests must not leave closer together for it.
    nextAt = Math.max(at, clock()) + spacing;
  }

  return {
    turn() {
      last = turnAfter(last);
      return last;
    },
  };
}
