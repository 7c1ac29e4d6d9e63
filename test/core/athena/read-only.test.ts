import { readOnly, selectOnly } from '../../../core/athena/read-only.ts';
import { InvalidInput } from '../../../core/errors.ts';

it.each([
  'SELECT 1',
  '  -- a comment; DROP TABLE x\nSELECT 1;',
  "SELECT 'it''s; DROP TABLE x' AS \"delete\" FROM runs",
  'WITH a AS (SELECT 1) SELECT * FROM a',
  '(SELECT 1) UNION (SELECT 2)',
  '/* note */ select last_update from runs',
])('lets a SELECT through: %s', (sql) => {
  expect(selectOnly(sql)).toBe(sql.trim().replace(/;$/, ''));
});

it.each(['SELEC 1', '-- why\nSELCT 1', 'WTIH a AS (SELECT 1) SELECT * FROM a', "SELECT 'a"])(
  'lets the engine say what is wrong with %s',
  (sql) => {
    expect(selectOnly(sql)).toBe(sql);
  },
);

it.each([
  '',
  'DELETE FROM runs',
  'SELEC 1; DROP TABLE runs',
  'WTIH a AS (SELECT 1) INSERT INTO runs SELECT * FROM a',
  'VACUUM runs',
  'EXPLAIN ANALYZE SELECT 1',
  'OPTIMIZE runs',
  '-- nothing',
  'DROP TABLE runs',
  'SELECT 1; DROP TABLE runs',
  'WITH a AS (SELECT 1) INSERT INTO runs SELECT * FROM a',
  'INSERT INTO runs VALUES (1)',
  "UNLOAD (SELECT 1) TO 's3://x'",
  "COPY (SELECT 1) TO '/tmp/x'",
  'CREATE TABLE x AS SELECT 1',
  "SELECT '; SELECT 1",
  '/* */ DELETE FROM runs',
  'EXPLAIN ANALYZE DELETE FROM runs',
  'PREPARE p FROM SELECT 1',
])('rejects anything else: %s', (sql) => {
  expect(() => selectOnly(sql)).toThrow(InvalidInput);
});

it.each([
  'SHOW TABLES',
  'SHOW CREATE TABLE runs;',
  '-- why\nDESCRIBE runs',
  'EXPLAIN SELECT 1',
  'EXPLAIN (TYPE LOGICAL) SELECT 1 AS analyze',
])('lets what describes tables through where that is asked for: %s', (sql) => {
  expect(readOnly(sql)).toBe(sql.replace(/;$/, ''));
  expect(() => selectOnly(sql)).toThrow(InvalidInput);
});

it.each([
  'selection',
  'EXPLAIN ANALYZE INSERT INTO runs SELECT 1',
  "EXPLAIN (ANALYZE) COPY (SELECT 1) TO 'x'",
  "EXPLAIN (FORMAT json, ANALYZE) COPY (SELECT 1) TO 'x'",
  'SHOW TABLES; DROP TABLE runs',
])('rejects what only looks like it: %s', (sql) => {
  expect(() => readOnly(sql)).toThrow(InvalidInput);
});
