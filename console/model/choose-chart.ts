import type { QueryColumn, Rows } from '../../core/athena/query-result.ts';

export type Kind = 'time' | 'number' | 'category';

export const kindOf = ({ type }: QueryColumn): Kind =>
  /^(date|timestamp)/i.test(type)
    ? 'time'
    : /^(tinyint|smallint|integer|int|bigint|hugeint|real|float|double|decimal)/i.test(type)
      ? 'number'
      : 'category';

export interface ChartChoice {
  kind: 'line' | 'bars' | 'dots';
  /** Indices of columns. */
  x: number;
  y: number[];
}

const MOST_BARS = 60;
const MOST_LINES = 4;

/** Texts such as 2026-11-21 are days, whatever the column's type. */
const looksLikeTime = (rows: Rows, i: number): boolean =>
  rows.length > 0 &&
  rows.every((row) => row[i] === null || /^\d{4}-\d\d-\d\d([ T]|$)/.test(row[i] ?? ''));

/**
 * The chart that the columns' types ask for: time and numbers make lines, a category and numbers bars,
 * two numbers dots. Undefined where there is nothing to draw.
 */
export function chooseChart(columns: readonly QueryColumn[], rows: Rows): ChartChoice | undefined {
  if (rows.length < 2) return undefined;
  const kinds = columns.map((column, i) =>
    kindOf(column) === 'category' && looksLikeTime(rows, i) ? 'time' : kindOf(column),
  );
  const numbers = kinds.flatMap((kind, i) => (kind === 'number' ? [i] : []));
  if (numbers.length === 0) return undefined;
  const time = kinds.indexOf('time');
  const distinct = (i: number) => new Set(rows.map((row) => row[i])).size;
  if (time >= 0 && distinct(time) === rows.length)
    return { kind: 'line', x: time, y: numbers.slice(0, MOST_LINES) };
  // Categories that name each row best: the most different values that still fit.
  const isId = (i: number) => /(^|_)(id|uri|url)$/.test(columns[i]?.name ?? '');
  const categories = kinds.flatMap((kind, i) => (kind === 'category' ? [i] : []));
  const [best] = categories.sort(
    (a, b) => Number(isId(a)) - Number(isId(b)) || distinct(b) - distinct(a),
  );
  if (best !== undefined && rows.length <= MOST_BARS)
    return { kind: 'bars', x: best, y: numbers.slice(0, 1) };
  const [first, second] = numbers;
  if (first !== undefined && second !== undefined) return { kind: 'dots', x: first, y: [second] };
  return undefined;
}
