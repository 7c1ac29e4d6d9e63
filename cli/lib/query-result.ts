import { type Command, Option } from 'commander';
import type { QueryColumn } from '../../core/athena/query-result.ts';
import { csvLine } from '../../core/csv.ts';
import { renderTable, renderVertical } from '../../core/terminal/table.ts';
import { widthOf } from '../../core/terminal/width.ts';
import { count, print } from './output.ts';
import { sizeOf } from './size.ts';

/** What is printed as the result of a query is. */
export interface Printable {
  readonly columns: readonly QueryColumn[];
  readonly rows: AsyncIterable<readonly (readonly unknown[])[]>;
  /** Where it is billed. */
  readonly scannedBytes?: number;
}

export interface FormatOptions {
  readonly format: 'table' | 'ndjson' | 'csv';
  /** Does not fit tables to the terminal. */
  readonly wide?: true;
  /** A line for each value. */
  readonly vertical?: true;
}

export const formatOptions = (
  command: Command,
  wide = 'do not fit the table to the terminal',
): Command =>
  command
    .addOption(
      new Option('--format <format>', 'how to print the result')
        .choices(['table', 'ndjson', 'csv'])
        .default('table'),
    )
    .option('--wide', wide)
    .option('--vertical', 'print each row as a block, a line for each column');

/** Prints the rows, and then their number; with ndjson and csv, the number goes to standard error. */
export async function printResult(result: Printable, options: FormatOptions): Promise<void> {
  const { format } = options;
  const rows = await (format === 'table'
    ? printTable(result, options)
    : printLines(result, format));
  const { scannedBytes } = result;
  const scanned = scannedBytes === undefined ? '' : `, ${sizeOf(scannedBytes)} scanned`;
  const summary = `${count(rows, 'row')}${scanned}\n`;
  if (format === 'table') await print(summary);
  else process.stderr.write(summary);
}

async function printTable(
  { columns, rows }: Printable,
  { wide, vertical }: FormatOptions,
): Promise<number> {
  const all: unknown[][] = [];
  for await (const group of rows) {
    for (const row of group) all.push(row.map((value) => (value === null ? null : String(value))));
  }
  const names = columns.map(({ name }) => name);
  const width = wide ? undefined : widthOf(process.stdout);
  const render = vertical ? renderVertical : renderTable;
  const text = render(names, all, { width });
  if (text !== '') await print(`${text}\n`);
  return all.length;
}

async function printLines({ columns, rows }: Printable, format: 'ndjson' | 'csv'): Promise<number> {
  if (format === 'csv') await print(csvLine(columns.map(({ name }) => name)));
  const lineOf = format === 'csv' ? csvLine : (row: readonly unknown[]) => jsonLine(columns, row);
  let printed = 0;
  for await (const group of rows) {
    if (group.length > 0) await print(group.map(lineOf).join(''));
    printed += group.length;
  }
  return printed;
}

const NUMBER_TYPE = /^(u?(tiny|small|big|huge)?int|integer|uinteger|float|real|double|decimal)/i;
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/** Numbers keep their digits: a bigint may have more than a double can hold. */
function jsonLine(columns: Printable['columns'], row: readonly unknown[]): string {
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
