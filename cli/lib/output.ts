import { failOnFullOutput } from '../../core/terminal/full-output.ts';
import { CLOSED_PIPE, EXIT_STATUS, SAME_SIGNAL_MS } from '../../core/terminal/signals.ts';
import { thousands } from '../../core/terminal/thousands.ts';

/** Writes to standard output; resolves when there is room for more. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** The reader of the output may end (`| head -1`): that ends the command without a stack. */
export function endWhenOutputCloses(): void {
  failOnFullOutput();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exit(1);
    process.stderr.write('tributary: stopped, because its output was closed\n');
    process.exit(CLOSED_PIPE);
  });
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${thousands(n)} ${n === 1 ? one : many}`;

/** The first Ctrl-C or SIGTERM ends in order, so that a summary can be printed; the second one at once. */
export const stopOnInterrupt = (): AbortSignal => listenForInterrupt().signal;

/** As `stopOnInterrupt`, for work after which Ctrl-C is no longer to end anything in order. */
export function listenForInterrupt(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let stoppedAt = 0;
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const code = EXIT_STATUS[signal];
    const stop = () => {
      if (!controller.signal.aborted) {
        stoppedAt = performance.now();
        process.exitCode = code;
        controller.abort();
      } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(code);
    };
    process.on(signal, stop);
    return () => void process.off(signal, stop);
  });
  return {
    signal: controller.signal,
    release: () => {
      for (const off of listeners) off();
    },
  };
}
