const QUIET_MS = 60_000;
const FULL = ['ENOSPC', 'EDQUOT'];

/** Says in a line that the folder cannot be written, and says it again only after a minute without that. */
export function createDiskNotice(
  folder: string,
  say: (line: string) => void = console.error,
): (error: NodeJS.ErrnoException) => void {
  let last = Number.NEGATIVE_INFINITY;
  return ({ code = '', message }) => {
    const isNew = performance.now() - last > QUIET_MS;
    last = performance.now();
    if (!isNew) return;
    const what = FULL.includes(code)
      ? `The disk of ${folder} is full`
      : `Writing to ${folder} fails (${message})`;
    say(
      `\n${what}: events are kept in memory and their delivery is retried; the functions' logs have gaps meanwhile.`,
    );
  };
}
