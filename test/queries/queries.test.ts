import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tables } from '../../core/lake/tables.ts';
import { INSTALL_MS } from '../fixtures/test-tool.ts';
import { loaded } from './batch-lake.ts';
import { batchResults, NOW, TODAY } from './batch-results.ts';
import {
  codeOf,
  differencesIn,
  loadTrinoParser,
  type TrinoParser,
  withTrinoDivision,
} from './dialect.ts';
import { givenLake, type TestLake } from './fixtures.ts';

const folder = join(import.meta.dirname, '../../queries');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.slice(0, -'.sql'.length));
/** The others are asked in session-queries.test.ts. */
const ofTheBatch = names.filter((name) => !name.startsWith('session-'));
const sqlOf = (name: string) => readFileSync(join(folder, `${name}.sql`), 'utf8');

/** The query as asked on the day of the results. */
const onTheDay = (sql: string) =>
  sql
    .replaceAll('current_date', `DATE '${TODAY}'`)
    .replaceAll('localtimestamp', `TIMESTAMP '${NOW}'`);

const WINDOW = "ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)";
const allTables = [...Object.keys(tables), 'sessions', 'rejected_sessions'].join('|');
const TABLE = new RegExp(`\\b(?:FROM|JOIN)\\s+(?:${allTables})\\b`, 'g');

describe.each(names)('queries/%s.sql', (name) => {
  const sql = sqlOf(name);

  test('is named in kebab case and says first what it returns', () => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(sql).toMatch(/^-- [A-Z]/);
    expect(sql.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('keeps to what Trino and DuckDB have in common', () => {
    expect(differencesIn(sql)).toEqual([]);
  });

  test('has 20 lines at most', () => {
    expect(sql.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });

  test('reads no more partitions than its window', () => {
    const code = codeOf(sql);
    const windows = sql.split(WINDOW).length - 1;
    // One window behind a UNION ALL holds for all that it puts together.
    const reads = (code.match(TABLE) ?? []).length - (code.match(/\bUNION ALL\b/g) ?? []).length;
    expect(windows).toBeGreaterThanOrEqual(Math.max(1, reads));
  });

  test('asks of all segments, whatever segments there are', () => {
    expect(codeOf(sql)).not.toMatch(/\bsessions_\w+/);
  });
});

describe('under the Trino grammar', () => {
  let parse: TrinoParser;
  beforeAll(async () => {
    parse = await loadTrinoParser();
  }, INSTALL_MS);

  test.each(names)('%s parses', (name) => {
    expect(parse(sqlOf(name))).toEqual([]);
  });

  test.each([
    ['a misspelt keyword', 'SELEC id FROM albums'],
    ['a list that does not end', 'SELECT id, FROM albums'],
    ['a bracket that does not close', 'SELECT count( FROM albums'],
    ['QUALIFY', 'SELECT id FROM albums QUALIFY row_number() OVER (ORDER BY id) = 1'],
    ['a cast by colons', 'SELECT id::varchar FROM albums'],
    ['division by two strokes', 'SELECT popularity // 2 FROM albums'],
    ['FROM first', 'FROM albums SELECT id'],
    ['EXCLUDE', 'SELECT * EXCLUDE (uri) FROM albums'],
    ['GROUP BY ALL', 'SELECT id, count(*) FROM albums GROUP BY ALL'],
    ['a file as a table', "SELECT * FROM 'albums.parquet'"],
    ['a list by brackets', 'SELECT [1, 2]'],
    ['an interval without quotes', 'SELECT current_date - INTERVAL 30 DAY'],
  ])('%s does not', (_, sql) => {
    expect(parse(sql)).not.toEqual([]);
  });
});

describe('outside of what the engines share', () => {
  test.each([
    ['a function of DuckDB', "SELECT strftime(release_date_day, '%Y') FROM albums"],
    ['a function of Trino', 'SELECT approx_percentile(duration_ms, 5e-1) FROM tracks'],
    ['a quotient of integers', 'SELECT loaded / listed FROM runs'],
    ['a quotient cast too late', 'SELECT CAST(loaded / listed AS double) FROM runs'],
    ['a decimal literal', 'SELECT 100.0 * loaded FROM runs'],
    ['whole units between times', "SELECT date_diff('second', started_at, finished_at) FROM runs"],
    [
      'a day before that is no date',
      "SELECT id FROM albums WHERE x > current_date - INTERVAL '1' DAY",
    ],
    ['an alias in GROUP BY', 'SELECT lower AS kind, count(*) FROM albums GROUP BY kind'],
    [
      'an alias in HAVING',
      'SELECT id, count(*) AS copies FROM albums GROUP BY id HAVING copies > 1',
    ],
    ['a semicolon', 'SELECT id FROM albums;'],
    ['ORDER BY ALL', 'SELECT id FROM albums ORDER BY ALL'],
  ])('%s is noticed', (_, sql) => {
    expect(differencesIn(sql)).toHaveLength(1);
  });

  test('comments and strings are not taken for SQL', () => {
    expect(
      differencesIn("-- a/b; median(x)\nSELECT 'c/d; 1.5' AS kind FROM albums -- 1.5"),
    ).toEqual([]);
  });
});

describe('over a lake of several runs', () => {
  let lake: TestLake;
  beforeAll(() => {
    lake = givenLake(loaded);
  });
  afterAll(() => lake.remove());

  test('each query has a result to compare', () => {
    expect(Object.keys(batchResults).sort()).toEqual(ofTheBatch);
  });

  test.each(Object.entries(batchResults))(
    '%s gives the rows worked out by hand',
    async (name, rows) => {
      expect((await lake.ask(onTheDay(sqlOf(name)))).rows).toEqual(rows);
    },
  );

  test.each(Object.entries(batchResults))(
    '%s gives the same where integers divide as in Trino',
    async (name, rows) => {
      expect((await lake.ask(withTrinoDivision(onTheDay(sqlOf(name))))).rows).toEqual(rows);
    },
  );

  test('integers divide otherwise in Trino', async () => {
    const sql = 'SELECT 7 / 2, 7 / 2e0, CAST(7 AS double) / 2';
    expect((await lake.ask(sql)).rows).toEqual([[3.5, 3.5, 3.5]]);
    expect((await lake.ask(withTrinoDivision(sql))).rows).toEqual([[3, 3.5, 3.5]]);
  });
});

test('an album that stands twice in one run shows in albums-in-several-runs', async () => {
  const album = { id: 'D', name: 'Double', artists: [] };
  const run = { runId: 'run-1', startedAt: '2026-11-01T06:00:00.000Z' };
  const lake = givenLake([
    {
      run,
      albums: [
        [album, []],
        [album, []],
      ],
    },
  ]);
  const { rows } = await lake.ask(onTheDay(sqlOf('albums-in-several-runs')));
  lake.remove();
  expect(rows).toEqual([
    ['D', 'Double', '1', '1', '2026-11-01 06:00:00', '2026-11-01 06:00:00', 0],
  ]);
});

test('before the first run every query returns no rows', async () => {
  const lake = givenLake([]);
  const results = await Promise.all(
    ofTheBatch.map(async (name) => [name, (await lake.ask(sqlOf(name))).rows] as const),
  );
  lake.remove();
  const nothing = Object.keys(tables)
    .sort()
    .map((table) => [table, null, null, '0']);
  for (const [name, rows] of results) {
    expect(rows).toEqual(name === 'table-freshness' ? nothing : []);
  }
});
