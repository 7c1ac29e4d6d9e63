export interface StatusLine {
  show(text: string): void;
  clear(): void;
}

const BEGIN_ANEW = '\r\x1b[2K';

/** One line on standard error that is written over, and only on a terminal. */
export function createStatusLine(stream: NodeJS.WriteStream = process.stderr): StatusLine {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
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
