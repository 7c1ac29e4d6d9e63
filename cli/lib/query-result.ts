import { Option } from 'commander';
import { renderTable } from '../../core/terminal/table.ts';
import { count, print } from './output.ts';
import { sizeOf } from './size.ts';

/** What came of a query, by whichever engine. */
export interface Answer {
  /** Types in the words of the engine. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** In groups, as they come; a value is text, a number, a boolean or null, nested ones are objects. */
  readonly rows: AsyncIterable<readonly (readonly unknown[])[]>;
  /** Where that is what is paid for. */
  readonly scannedBytes?: number;
}

export type Format = 'table' | 'ndjson' | 'csv';

export const formatOption = () =>
  new Option('--format <format>', 'how to print the answer')
    .choices(['table', 'ndjson', 'csv'])
    .default('table');

/** Prints the rows, and then how many there were; beside ndjson and csv that goes to standard error. */
export async function printResult(answer: Answer, format: Format): Promise<void> {
  const rows = await (format === 'table' ? printTable(answer) : printLines(answer, format));
  const scanned =
    answer.scannedBytes === undefined ? '' : `, ${sizeOf(answer.scannedBytes)} scanned`;
  const summary = `${count(rows, 'row')}${scanned}\n`;
  if (format === 'table') await print(summary);
  else process.stderr.write(summary);
}

async function printTable({ columns, rows }: Answer): Promise<number> {
  const all: unknown[][] = [];
  for await (const group of rows) {
    for (const row of group) all.push(row.map((value) => (value === null ? null : textOf(value))));
  }
  const names = columns.map(({ name }) => name);
  await print(`${renderTable(names, all)}\n`);
  return all.length;
}

async function printLines({ columns, rows }: Answer, format: 'ndjson' | 'csv'): Promise<number> {
  if (format === 'csv') await print(csvLine(columns.map(({ name }) => name)));
  const lineOf = format === 'csv' ? csvLine : (row: readonly unknown[]) => jsonLine(columns, row);
  let printed = 0;
  for await (const group of rows) {
    if (group.length > 0) await print(group.map(lineOf).join(''));
    printed += group.length;
  }
  return printed;
}

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** RFC 4180, but for the line feed; null is nothing, an empty text is `""`. */
const csvLine = (row: readonly unknown[]): string => {
  const fields = row.map((value) => {
    if (value === null) return '';
    const text = textOf(value);
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(',')}\n`;
};

const NUMBER_TYPE = /^(u?(tiny|small|big|huge)?int|integer|uinteger|float|real|double|decimal)/i;
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/** Numbers stay in their own digits: a bigint may have more than a double holds. */
function jsonLine(columns: Answer['columns'], row: readonly unknown[]): string {
  const fields = columns.map(({ name, type }, i) => {
    const value = row[i] ?? null;
    const isBare =
      typeof value === 'string' &&
      ((NUMBER_TYPE.test(type) && JSON_NUMBER.test(value)) ||
        (/^boolean$/i.test(type) && /^(true|false)$/.test(value)));
    return `${JSON.stringify(name)}:${isBare ? value : JSON.stringify(value)}`;
  });
  return `{${fields.join(',')}}\n`;
}
