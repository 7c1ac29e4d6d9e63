import { differenceOf, sorted } from '../../../checks/sql/compare-rows.ts';

const trino = (type: string, ...values: unknown[]) => ({
  columns: [{ name: 'x', type }],
  rows: values.map((value) => [value]),
});
const duck = (...values: unknown[]) => ({ columns: ['x'], rows: values.map((value) => [value]) });

describe('The engines are taken to agree', () => {
  it.each([
    ['on a 64-bit integer, whose text DuckDB gives', 'bigint', '12', 12],
    [
      'on a time, however many digits its second has',
      'timestamp(3)',
      '2026-11-22 06:00:00.5',
      '2026-11-22 06:00:00.500',
    ],
    ['on doubles that were added up in another order', 'double', 0.1 + 0.2, 0.3],
    ['on null', 'varchar', null, null],
    ['on a number in a row of text', 'array(row(q varchar))', [{ q: '5.0' }], [['5']]],
    ['on a number in a column of text', 'varchar', '7000', '7.0E+3'],
    [
      'on rows, which are objects to DuckDB',
      'array(row(a bigint, b varchar))',
      [{ a: '1', b: 'c' }],
      [[1, 'c']],
    ],
  ])('%s', (_, type, ours, theirs) => {
    expect(differenceOf(duck(ours), trino(type, theirs))).toBeUndefined();
  });

  it('on rows in another order only where none was asked for', () => {
    const [ours, theirs] = [duck('1', '2'), trino('bigint', 2, 1)];
    expect(differenceOf(sorted(ours), sorted(theirs))).toBeUndefined();
    expect(differenceOf(ours, theirs)).toBe('row 1, x: "1" in DuckDB, 2 in Trino');
  });
});

describe('The engines differ', () => {
  it.each([
    ['on a value', 'varchar', 'a', 'b'],
    ['on a number in a column of text', 'varchar', '7000', '7.0E+4'],
    ['on a null', 'varchar', null, 'null'],
    ['on a double', 'double', 13.7, 100],
    ['on a millisecond', 'timestamp(3)', '2026-11-22 06:00:00.5', '2026-11-22 06:00:00.501'],
    ['inside a row', 'array(row(a bigint))', [{ a: '1' }], [[2]]],
  ])('%s', (_, type, ours, theirs) => {
    expect(differenceOf(duck(ours), trino(type, theirs))).toMatch(/^row 1, x: /);
  });

  it('on the number of rows and on the names of columns', () => {
    expect(differenceOf(duck('1'), trino('bigint'))).toBe('1 rows in DuckDB, 0 in Trino');
    const named = { columns: [{ name: 'y', type: 'bigint' }], rows: [[1]] };
    expect(differenceOf(duck('1'), named)).toBe('columns x in DuckDB, y in Trino');
  });
});
