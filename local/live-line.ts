import { createStatusLine } from '../core/terminal/status-line.ts';

export interface LiveLine {
  /** Writes a line above. */
  print(text: string): void;
  stop(): void;
}

/**
 * Keeps the last line of a terminal up to date, ten times a second, so that anyone who waits sees that
 * something happens. Elsewhere it only prints.
 */
export function createLiveLine(
  out: NodeJS.WriteStream,
  render: () => string | undefined,
): LiveLine {
  const line = createStatusLine(out);
  const show = () => {
    const text = render();
    // A line that wraps could not be written over.
    if (text === undefined) line.clear();
    else line.show(text.slice(0, (out.columns ?? 80) - 1));
  };
  const timer = out.isTTY ? setInterval(show, 100) : undefined;
  timer?.unref();
  return {
    print(text) {
      line.clear();
      out.write(`${text}\n`);
      if (timer) show();
    },
    stop() {
      clearInterval(timer);
      line.clear();
    },
  };
}
