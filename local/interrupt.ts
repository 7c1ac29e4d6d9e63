import { setTimeout as sleep } from 'node:timers/promises';
import { wrap } from '../core/terminal/wrap.ts';

/** How long events in the streams are waited for before they are counted as lost. */
const DRAIN_MS = 10_000;

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interrupt {
  /** Aborted as the first signal arrives. */
  readonly signal: AbortSignal;
  /** What is under way: the words for an interruption, and what is kept after it. */
  during(phase: {
    name: string;
    kept: string;
    drain?: () => Promise<string>;
    /** What is lost where the drain takes too long. */
    remaining?: () => string;
  }): void;
  /** Called in reverse order before the process ends. */
  onEnd(end: () => void | Promise<void>): void;
  /** Ends all that was opened; for an end without a signal. */
  end(): Promise<void>;
}

/**
 * Ends the process in order at Ctrl-C: it says what was interrupted and what is kept, delivers what is
 * in the streams, and ends at once when the signal arrives again.
 */
export function createInterrupt(): Interrupt {
  const controller = new AbortController();
  const ends: (() => void | Promise<void>)[] = [];
  let phase: Parameters<Interrupt['during']>[0] = {
    name: 'starting',
    kept: 'Nothing was changed.',
  };

  async function end(): Promise<void> {
    for (const each of ends.splice(0).reverse()) await each();
  }

  async function stop(signal: keyof typeof SIGNALS): Promise<void> {
    const { name, kept, drain, remaining } = phase;
    const code = name === 'serving' && signal === 'SIGINT' ? 0 : SIGNALS[signal];
    if (controller.signal.aborted) process.exit(code);
    controller.abort();
    // The terminal has written ^C.
    const text = `Interrupted while ${name}. ${kept}`;
    console.log(`\n${wrap(text, process.stdout.columns ?? 120).join('\n')}`);
    if (drain) {
      console.log('Delivering the events in the streams; Ctrl-C again ends at once …');
      const late = sleep(DRAIN_MS, undefined, { ref: false });
      const text = await Promise.race([drain(), late]);
      console.log(text ?? `The streams were not empty after 10 s. ${remaining?.() ?? ''}`.trim());
    }
    await end();
    process.exit(code);
  }

  for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
    process.on(signal, () => void stop(signal));
  }
  // The reader of a pipe is gone: nobody is left to read what follows.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    void end().then(() => process.exit(0));
  });
  return {
    signal: controller.signal,
    during(next) {
      phase = next;
    },
    onEnd: (each) => void ends.push(each),
    end,
  };
}
