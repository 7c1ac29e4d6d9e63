import Table from 'cli-table3';
import stringWidth from 'string-width';

export interface TableOptions {
  /** Characters of a line of the terminal; unlimited where it is missing. */
  readonly width?: number | undefined;
}

const GAP = 2;
/** Also of a file: every row is padded to the widest one, which may hold a value of a megabyte. */
const MAX_WIDTH = 5_000;
const NONE = ['top', 'bottom', 'left', 'right'].flatMap((side) => [
  [side, ''],
  [`${side}-mid`, ''],
  [`${side}-left`, ''],
  [`${side}-right`, ''],
]);
const CHARS = {
  ...Object.fromEntries(NONE),
  mid: '─',
  'mid-mid': '─'.repeat(GAP),
  middle: ' '.repeat(GAP),
};

/**
 * Rows as a table of plain characters, numbers to the right. Where it is wider than the terminal, cells
 * are wrapped between words; where the words alone are too wide, each row is printed vertically.
 */
export function renderTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  { width = Number.POSITIVE_INFINITY }: TableOptions = {},
): string {
  const cells = rows.map((row) => row.map(textOf));
  const widths = fitWidths(columns, cells, Math.min(width, MAX_WIDTH));
  if (widths === undefined) return renderVertical(columns, rows, { width });
  const isNumber = columns.map((_, i) => cells.every((row) => /^(-?[\d.]+)?$/.test(row[i] ?? '')));
  const table = new Table({
    head: [...columns],
    colWidths: widths,
    colAligns: isNumber.map((number) => (number && rows.length > 0 ? 'right' : 'left')),
    chars: CHARS,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    wordWrap: true,
  });
  table.push(...cells);
  return trimLines(table.toString());
}

/** Each row as a block of lines, one a column: for rows that are wider than the terminal. */
export function renderVertical(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  { width = Number.POSITIVE_INFINITY }: TableOptions = {},
): string {
  const nameWidth = Math.max(...columns.map(stringWidth));
  const indent = ' '.repeat(nameWidth + GAP);
  const blocks = rows.map((row, i) => {
    const title = `── ${i + 1} `;
    const lines = columns.map((name, column) => {
      const [first = '', ...rest] = wrap(textOf(row[column]), width - nameWidth - GAP);
      const padding = ' '.repeat(nameWidth - stringWidth(name) + GAP);
      return [`${name}${padding}${first}`, ...rest.map((line) => `${indent}${line}`)].join('\n');
    });
    return [title.padEnd(nameWidth + GAP, '─'), ...lines].join('\n');
  });
  return trimLines(blocks.join('\n'));
}

/** Control characters are escaped: what a producer sent is no command to the terminal. */
const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : String(value).replace(
        /[^\P{Cc}\n]/gu,
        (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );

/** Not by an expression: ` +$` tries each space of a long run anew. */
const trimLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');

const widest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, stringWidth(text)), 0);

/** Widths of columns that fit into `width`; undefined where that would break a word. */
function fitWidths(
  columns: readonly string[],
  rows: readonly string[][],
  width: number,
): number[] | undefined {
  const all = columns.map((name, i) => [name, ...rows.map((row) => row[i] ?? '')]);
  const natural = all.map((texts) => widest(texts.flatMap((text) => text.split('\n'))));
  const least = all.map((texts) => widest(texts.flatMap((text) => text.split(/\s+/))));
  const sum = (widths: readonly number[]) => widths.reduce((a, b) => a + b, GAP * (all.length - 1));
  if (sum(natural) <= width) return natural;
  let left = width - sum(least);
  if (left < 0) return undefined;
  // What is left goes to the columns that need least of it: short ones stay on one line.
  const widths = [...least];
  const byNeed = [...all.keys()].sort((a, b) => need(a) - need(b));
  function need(i: number): number {
    return (natural[i] as number) - (least[i] as number);
  }
  for (const i of byNeed) {
    const more = Math.min(need(i), left);
    widths[i] = (least[i] as number) + more;
    left -= more;
  }
  return widths;
}

/** Lines of at most `width`, broken between words; a longer word has a line of its own. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (stringWidth(line) <= width) return [line];
    const lines: string[] = [];
    for (const word of line.split(/\s+/)) {
      const last = lines.at(-1);
      const joined = `${last} ${word}`;
      if (last !== undefined && stringWidth(joined) <= width) lines[lines.length - 1] = joined;
      else lines.push(word);
    }
    return lines;
  });
}
