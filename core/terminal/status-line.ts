export interface StatusLine {
  show(text: string): void;
  clear(): void;
}

const BEGIN_ANEW = '\r\x1b[2K';

/** Whether it is a terminal on which a line can be written over. */
export function canRedraw(stream: NodeJS.WriteStream, env = process.env): boolean {
  // Windows sets no TERM.
  const term = env.TERM || (process.platform === 'win32' ? 'windows' : 'dumb');
  return stream.isTTY && term !== 'dumb';
}

/** One line on standard error that is written over, and only on a terminal. */
export function createStatusLine(stream: NodeJS.WriteStream = process.stderr): StatusLine {
  if (!canRedraw(stream)) return { show: () => {}, clear: () => {} };
  let isShown = false;
  return {
    show(text) {
      stream.write(`${BEGIN_ANEW}${text}`);
      isShown = true;
    },
    clear() {
      if (isShown) stream.write(BEGIN_ANEW);
      isShown = false;
    },
  };
}
