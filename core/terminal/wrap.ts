/** Lines of at most `width` characters, broken between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Lines that fit stay as they are, a caret below its place too; wider ones are broken between words. */
export const fitLines = (text: string, width = Number.POSITIVE_INFINITY): string =>
  text
    .split('\n')
    .map((line) => (line.length <= width ? line : wrap(line, width).join('\n')))
    .join('\n');
