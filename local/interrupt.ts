import { setTimeout as sleep } from 'node:timers/promises';
import { failOnFullOutput } from '../core/terminal/full-output.ts';
import { CLOSED_PIPE, EXIT_STATUS, SAME_SIGNAL_MS } from '../core/terminal/signals.ts';
import { widthOf } from '../core/terminal/width.ts';
import { wrap } from '../core/terminal/wrap.ts';
import { createLiveLine } from './live-line.ts';

/** How long events in the streams are waited for before they are counted as lost. */
const DRAIN_MS = 10_000;

interface Phase {
  name: string;
  kept: string;
  drain?: () => Promise<string>;
  /** What is lost where the drain takes too long, or is cut. */
  remaining?: () => Promise<string>;
}

export interface Interrupt {
  /** Aborted as the first signal arrives. */
  readonly signal: AbortSignal;
  /** What is under way: the words for an interruption, and what is kept after it. */
  during(phase: Phase): void;
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
  let phase: Phase = { name: 'starting', kept: 'Nothing was changed.' };

  let ending: Promise<void> | undefined;
  function end(): Promise<void> {
    ending ??= (async () => {
      for (const each of ends.splice(0).reverse()) await each();
    })();
    return ending;
  }

  let abortedAt = 0;
  let isLeaving = false;
  function abort(): void {
    abortedAt = performance.now();
    controller.abort();
  }

  async function stop(signal: keyof typeof EXIT_STATUS): Promise<void> {
    const { name, kept, drain, remaining } = phase;
    const code = name === 'serving' && signal === 'SIGINT' ? 0 : EXIT_STATUS[signal];
    if (controller.signal.aborted) {
      // A terminal that closes may do so after a first signal, and is no one who is impatient.
      if (signal === 'SIGHUP' || performance.now() - abortedAt < SAME_SIGNAL_MS) return;
      if (isLeaving || !remaining) process.exit(code);
      isLeaving = true;
      console.log(`\n${wrapped(await remaining())}`);
      process.exit(code);
    }
    abort();
    // The terminal has written ^C.
    const text = `Interrupted while ${name}. ${kept}`;
    console.log(`\n${wrapped(text)}`);
    if (drain) {
      console.log('Delivering the events in the streams; Ctrl-C again ends at once …');
      const seconds = () => ((performance.now() - abortedAt) / 1_000).toFixed(1);
      const line = createLiveLine(process.stdout, () => `  ${seconds()} s`);
      const text = await deliver(drain, remaining).finally(line.stop);
      // The second signal is counting what is lost, and ends the process.
      if (isLeaving) return;
      console.log(wrapped(text));
    }
    await end();
    process.exit(code);
  }

  for (const signal of Object.keys(EXIT_STATUS) as (keyof typeof EXIT_STATUS)[]) {
    process.on(signal, () => void stop(signal));
  }
  failOnFullOutput();
  /** The reader of a pipe is gone, or the terminal is closed. */
  async function stopUnread(error: NodeJS.ErrnoException): Promise<void> {
    if (controller.signal.aborted) return;
    abort();
    const { name, kept, drain, remaining } = phase;
    const isClosed = ['EPIPE', 'EIO'].includes(error.code ?? '');
    if (isClosed) console.error(wrapped(`Stopped while ${name}: the output was closed. ${kept}`));
    if (drain) console.error(wrapped(await deliver(drain, remaining)));
    await end();
    process.exit(!isClosed ? 1 : name === 'serving' ? 0 : CLOSED_PIPE);
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => void stopUnread(error));
  }
  return {
    signal: controller.signal,
    during(next) {
      phase = next;
    },
    onEnd: (each) => void ends.push(each),
    end,
  };
}

/** Delivers what is in the streams, and says what became of it. */
export async function deliver(
  drain: () => Promise<string>,
  remaining: Phase['remaining'] = async () => '',
): Promise<string> {
  const late = sleep(DRAIN_MS, undefined, { ref: false });
  const failed = async ({ message }: Error) =>
    `The streams cannot be emptied: ${message}. ${await remaining()}`;
  const text = await Promise.race([drain().catch(failed), late]);
  return text ?? `The streams were not empty after 10 s. ${await remaining()}`;
}

const wrapped = (text: string) => wrap(text.trim(), widthOf(process.stdout) ?? 120).join('\n');
