import { canRedraw, createStatusLine } from '../core/terminal/status-line.ts';
import { widthOf } from '../core/terminal/width.ts';

export interface LiveLine {
  /** Writes a line above. */
  print(text: string): void;
  stop(): void;
}

/**
 * Keeps the last line of a terminal up to date, ten times a second, so that anyone who waits sees that
 * something happens. Elsewhere it only prints. With the signal it leaves the terminal to what ends the
 * process.
 */
export function createLiveLine(
  out: NodeJS.WriteStream,
  render: () => string | undefined,
  signal?: AbortSignal,
): LiveLine {
  const line = createStatusLine(out);
  const show = () => {
    const text = render();
    // A line that wraps could not be written over.
    if (text === undefined) line.clear();
    else line.show(text.slice(0, (widthOf(out) ?? 80) - 1));
  };
  const timer = canRedraw(out) ? setInterval(show, 100) : undefined;
  timer?.unref();
  signal?.addEventListener('abort', () => clearInterval(timer), { once: true });
  const isLive = () => timer !== undefined && !signal?.aborted;
  return {
    print(text) {
      if (isLive()) line.clear();
      out.write(`${text}\n`);
      if (isLive()) show();
    },
    stop() {
      clearInterval(timer);
      if (isLive()) line.clear();
    },
  };
}

/** Shows on a terminal what is under way and for how long, until it is over. */
export async function showWhile<T>(
  what: string,
  work: Promise<T>,
  { out = process.stdout, signal }: { out?: NodeJS.WriteStream; signal?: AbortSignal } = {},
): Promise<T> {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1_000).toFixed(1);
  const line = createLiveLine(out, () => `${what} … ${seconds()} s`, signal);
  return work.finally(line.stop);
}
