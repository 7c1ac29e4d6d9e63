/** The JSON lines that `work` writes to standard output. */
// biome-ignore lint/suspicious/noExplicitAny: lines have no types of ours
export function printed(work: () => void): any[] {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    work();
  } finally {
    process.stdout.write = write;
  }
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
