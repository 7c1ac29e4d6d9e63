import { isReadOnly } from '../../../cli/lib/run-query.ts';

describe('a statement that only reads', () => {
  it.each([
    'SELECT 1',
    '\n-- why\n/* and\nhow */ select 1',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    '(SELECT 1) UNION (SELECT 2)',
    'SHOW TABLES',
    'DESCRIBE runs',
    'EXPLAIN SELECT 1',
  ])('is %j', (sql) => {
    expect(isReadOnly(sql)).toBe(true);
  });

  it.each([
    'DROP TABLE runs',
    '-- SELECT\nDELETE FROM runs',
    'CREATE TABLE t AS SELECT 1',
    'UNLOAD (SELECT 1) TO x',
    'EXPLAIN ANALYZE INSERT INTO runs SELECT 1',
    'selection',
    '',
  ])('is not %j', (sql) => {
    expect(isReadOnly(sql)).toBe(false);
  });
});
