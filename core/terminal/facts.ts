const GAP = '  ';

/**
 * Lines of names and values, the values below each other. One that does not fit the terminal is on a line of
 * its own, whole: a path that begins at its edge can hardly be read or copied.
 */
export function renderFacts(
  facts: readonly (readonly [name: string, value: string])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const column = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.flatMap(([name, value]) => {
    const line = `${GAP}${name.padEnd(column)}${GAP}${value}`;
    return line.length <= width ? [line] : [`${GAP}${name}`, `${GAP}${GAP}${value}`];
  });
}
