import type { TrinoResult } from './trino.ts';

/** A result of DuckDB, its 64-bit integers and its times as text. */
export interface DuckResult {
  columns: string[];
  rows: unknown[][];
}

/** Doubles that differ by less are the same: the engines add up in another order. */
const RELATIVE_ERROR = 1e-9;

/** Where the results of one query differ, as a line; undefined where they are the same. */
export function differenceOf(duck: DuckResult, trino: TrinoResult): string | undefined {
  const names = trino.columns.map(({ name }) => name);
  if (names.join() !== duck.columns.join()) {
    return `columns ${duck.columns.join(', ')} in DuckDB, ${names.join(', ')} in Trino`;
  }
  if (duck.rows.length !== trino.rows.length) {
    return `${duck.rows.length} rows in DuckDB, ${trino.rows.length} in Trino`;
  }
  for (const [i, row] of duck.rows.entries()) {
    for (const [j, { name, type }] of trino.columns.entries()) {
      const [ours, theirs] = [row[j], trino.rows[i]?.[j]];
      if (!isSame(ours, theirs, type)) {
        return `row ${i + 1}, ${name}: ${JSON.stringify(ours)} in DuckDB, ${JSON.stringify(theirs)} in Trino`;
      }
    }
  }
  return undefined;
}

/** Both results with their rows in one order, for queries that ask for none. */
export function sorted<T extends { rows: unknown[][] }>(result: T): T {
  const rows = result.rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { ...result, rows };
}

/** Numbers of 64 bits are text in one engine, rows are objects in one and lists in the other. */
function textOf(value: unknown, spell: (leaf: unknown) => string = String): string {
  if (Array.isArray(value)) return `[${value.map((each) => textOf(each, spell)).join()}]`;
  if (value !== null && typeof value === 'object') return textOf(Object.values(value), spell);
  return spell(value);
}

/** A number in a column of text is spelled by the engine: 7000 is 7.0E+3 to Trino, 5.0 is 5. */
const spellAlike = (value: unknown): string =>
  isNumber(value) ? String(Number(value)) : String(value);

const keyOf = (row: unknown[]): string => textOf(row, spellAlike);

const isNumber = (value: unknown): boolean => /^-?\d+(\.\d+)?(E[+-]?\d+)?$/i.test(String(value));

function isSame(ours: unknown, theirs: unknown, type: string): boolean {
  if (ours === null || theirs === null) return ours === theirs;
  if (type.startsWith('timestamp')) return toMillisecond(ours) === toMillisecond(theirs);
  if (type === 'double' || type === 'real') return isClose(Number(ours), Number(theirs));
  if (textOf(ours) === textOf(theirs)) return true;
  return type.includes('varchar') && textOf(ours, spellAlike) === textOf(theirs, spellAlike);
}

/** `2026-11-22 06:00:00.5` and `2026-11-22 06:00:00.500` are the same time. */
const toMillisecond = (time: unknown): string => {
  const [seconds = '', fraction = ''] = String(time).split('.');
  return `${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}`;
};

const isClose = (a: number, b: number): boolean =>
  Object.is(a, b) ||
  a === b ||
  Math.abs(a - b) <= RELATIVE_ERROR * Math.max(Math.abs(a), Math.abs(b));
