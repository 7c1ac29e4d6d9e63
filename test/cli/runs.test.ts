import { runsSql } from '../../cli/runs.ts';
import { loadTrinoParser } from '../queries/dialect.ts';
import { givenAthena, givenLake, run } from './fake-lake.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();

const runOf = (daysAgo: number, row: Record<string, unknown>) => {
  const started_at = new Date(NOW - daysAgo * DAY_MS);
  return {
    run_id: `run-${daysAgo}`,
    started_at,
    finished_at: new Date(started_at.getTime() + 73_400),
    ...row,
  };
};
const counts = { expected: 101, listed: 100, skipped: 1, loaded: 97, missing: 2, unlisted: 3 };

const lake = givenLake([
  runOf(2, { status: 'PARTIAL', source: 'search', ...counts, tracks: 655, requests: 110 }),
  runOf(1, { status: 'FAILED', error: 'InvalidCredentials', cause: 'Invalid client' }),
  runOf(40, { status: 'COMPLETE' }),
]);
afterAll(lake.end);

const runs = (...args: string[]) => run(['runs', '--folder', lake.folder, ...args]);

describe('tributary runs', () => {
  it('shows the last runs as a table, newest first', async () => {
    const { status, stdout, stderr } = await runs();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rows = stdout.split('\n').filter((line) => line.startsWith('│'));
    const cells = rows.map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const started = (daysAgo: number) =>
      new Date(NOW - daysAgo * DAY_MS).toISOString().slice(0, 19).replace('T', ' ');
    expect(cells).toEqual([
      'status source started seconds expected listed skipped loaded missing unlisted tracks requests error'.split(
        ' ',
      ),
      ['FAILED', '', started(1), '73.4', '', '', '', '', '', '', '', '', 'InvalidCredentials'],
      [
        ...['PARTIAL', 'search', started(2), '73.4'],
        ...['101', '100', '1', '97', '2', '3', '655', '110', ''],
      ],
    ]);
    expect(stdout).toMatch(/\n2 rows\n$/);
  });

  it('shows as many as asked for, from as far back', async () => {
    const { stdout } = await runs('--limit', '1', '--format', 'csv');
    expect(stdout.split('\n')).toHaveLength(3);
    const all = await runs('--days', '60', '--format', 'ndjson');
    expect(all.stdout.match(/"status":"[A-Z]+"/g)).toEqual([
      '"status":"FAILED"',
      '"status":"PARTIAL"',
      '"status":"COMPLETE"',
    ]);
  });

  it.each([
    ['--limit', '0'],
    ['--limit', 'all'],
    ['--days', '1.5'],
  ])('refuses %s %s in a line', async (...args) => {
    const { status, stderr } = await runs(...args);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^error: option '--\w+ <count>' argument '.*' is invalid\..*\n/,
      ),
    });
  });

  it('asks Athena for a stage in an account, in SQL that Athena takes', async () => {
    let sql = '';
    const athena = await givenAthena({
      StartQueryExecution({ QueryString }) {
        sql = String(QueryString);
        return { QueryExecutionId: 'q1' };
      },
      GetQueryExecution: () => ({ QueryExecution: { Status: { State: 'SUCCEEDED' } } }),
      GetQueryResults: () => ({
        ResultSet: {
          ResultSetMetadata: { ColumnInfo: [{ Name: 'status', Type: 'varchar' }] },
          Rows: [{ Data: [{ VarCharValue: 'status' }] }, { Data: [{ VarCharValue: 'COMPLETE' }] }],
        },
      }),
    });
    const { status, stdout } = await run(['runs', '--stage', 'dev'], athena.env);
    await athena.close();
    expect(status).toBe(0);
    expect(stdout).toMatch(/│ COMPLETE │\n/);
    expect(stdout).toMatch(/\n1 row, 0 bytes scanned\n$/);
    expect(sql).toBe(runsSql({ limit: 10, days: 30 }));
    const faultsOf = await loadTrinoParser();
    expect(faultsOf(sql)).toEqual([]);
  });
});
