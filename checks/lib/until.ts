import { setTimeout as sleep } from 'node:timers/promises';
import { CheckFailed } from './run-check.ts';

/** Asks `look` every half second until `isDone`; throws CheckFailed after `timeoutMs`. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T>,
  isDone: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isDone(value)) return value;
    if (Date.now() > deadline) {
      throw new CheckFailed(
        `${what}: not done in ${timeoutMs / 1_000} s: ${JSON.stringify(value)}`,
      );
    }
    await sleep(500);
  }
}
