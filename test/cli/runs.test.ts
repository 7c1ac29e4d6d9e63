import { describeRun } from '../../cli/lib/describe-run.ts';
import { compactRunsSql, runsSql } from '../../cli/runs.ts';
import { loadTrinoParser } from '../queries/dialect.ts';
import { givenAthena, givenLake, run } from './fake-lake.ts';
import { givenOneProcess } from './one-process.ts';

const { run: say, end } = givenOneProcess();
afterAll(end);

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
  runOf(2, {
    status: 'PARTIAL',
    source: 'search',
    ...counts,
    deferred: 1,
    tracks: 655,
    requests: 110,
    waited_seconds: 12,
  }),
  runOf(1, { status: 'FAILED', error: 'InvalidCredentials', cause: 'Invalid client' }),
  runOf(40, { status: 'COMPLETE' }),
]);
afterAll(lake.end);

const runs = (...args: string[]) => run(['runs', '--folder', lake.folder, ...args]);

describe('tributary runs', () => {
  it('shows the last runs in a table that fits 80 columns, newest first', async () => {
    const { status, stdout, stderr } = await runs();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const started = (daysAgo: number) =>
      new Date(NOW - daysAgo * DAY_MS).toISOString().slice(0, 16).replace('T', ' ');
    expect(stdout.split('\n')).toEqual([
      'run_id  status                     started           loaded  missing  unlisted',
      expect.stringMatching(/^─+$/),
      `run-1   FAILED InvalidCredentials  ${started(1)}`,
      `run-2   PARTIAL                    ${started(2)}      97        2         3`,
      expect.stringMatching(/^2 rows, [\d.]+ kB scanned$/),
      '',
    ]);
  });

  it('shows all columns with --wide', async () => {
    const { stdout } = await runs('--wide');
    const [head = '', , ...rows] = stdout.split('\n');
    expect(head.split(/ +/).join(' ')).toBe(
      'run_id status source started seconds expected listed skipped loaded missing deferred unlisted tracks requests waited_seconds error',
    );
    expect(rows[1]).toMatch(
      /^run-2 +PARTIAL +search +\S+ \S+ +73.4 +101 +100 +1 +97 +2 +1 +3 +655 +110 +12$/,
    );
  });

  it('shows one run as its manifest has it, and where its objects are', async () => {
    const day = new Date(NOW - 2 * DAY_MS).toISOString().slice(0, 10);
    const key = `raw/manifests/ingest_date=${day}/run_id=run-2/manifest.json`;
    lake.put(key, {
      run: { runId: 'run-2', startedAt: `${day}T06:00:00.000Z` },
      status: 'PARTIAL',
      source: 'search',
      pages: ['raw/new_releases/page-00000.json', 'raw/new_releases/page-00001.json'],
      counts: { ...counts, tracks: 655, requests: 110, tokenRequests: 2, waitedSeconds: 12 },
      loaded: [{ albumId: 'a1', key: 'raw/album_tracks/album_id=a1/tracks.json', tracks: 655 }],
      missing: [
        { albumId: 'b1', reason: 'RateLimited' },
        { albumId: 'b2', reason: 'ResourceNotFound' },
      ],
      unlisted: { unusablePositions: [], listingStoppedBy: null },
      waiting: { b1: `${day}T06:00:00.000Z`, a1: '2026-11-20T06:00:00.000Z' },
      fieldChanges: [{ field: 'album.label', change: 'appeared', types: ['string'] }],
    });
    const { status, stdout, stderr } = await runs('run-2');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const line of [
      'run-2  PARTIAL',
      / {2}started \S+ \S+ UTC, took 73.4 s/,
      '  albums    101 expected, 100 listed, 1 skipped, 97 loaded, 2 missing, 3 unlisted',
      '  tracks    655 loaded',
      '  requests  110 to search, 2 for tokens',
      '  waited    12 s for rate limits',
      'Limits reached: RateLimited',
      'b2             ResourceNotFound',
      /album without all tracks {2}since\n─+\na1 {24}2026-11-20T06:00:00.000Z\n\n/,
      'album.label       appeared  string',
      new RegExp(`  manifest    .*/${key}`),
      / {2}2 pages +\S+page-00000.json/,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  it('breaks the counts of a run between words where the terminal is narrow', async () => {
    const day = new Date(NOW - 2 * DAY_MS).toISOString().slice(0, 10);
    lake.put(`raw/manifests/ingest_date=${day}/run_id=run-2/manifest.json`, {
      run: { runId: 'run-2', startedAt: `${day}T06:00:00.000Z` },
      status: 'COMPLETE',
      counts: { ...counts, deferred: 0 },
    });
    const text = await describeRun('run-2', { stage: 'local', folder: lake.folder }, 80);
    expect(text).toContain(
      '  albums    101 expected, 100 listed, 1 skipped, 97 loaded, 2 missing, 0\n            deferred, 3 unlisted\n',
    );
    // No path begins at the edge, to be broken there.
    expect(text).toMatch(
      /\n {2}manifest\n {4}\S+manifest.json\n {2}row in runs\n {4}\S+.parquet\n$/,
    );
  });

  it('shows a run without a manifest, and takes the beginning of a run_id', async () => {
    const { stdout } = await runs('run-1');
    expect(stdout).toMatch(/^run-1 {2}FAILED\n.*\n {2}InvalidCredentials: Invalid client\n/);
    expect(stdout).toContain('There is no manifest');
    const several = await runs('run-');
    expect(several).toMatchObject({
      status: 1,
      stderr: 'error: Several runs begin with run-: run-1, run-2, run-40\n',
    });
    await expect(runs('other')).resolves.toMatchObject({
      status: 1,
      stderr: `error: No run other: \`npx tributary runs --folder ${lake.folder}\` shows them\n`,
    });
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
  ])('rejects %s %s in a line', async (...args) => {
    const { status, stderr } = await say(['runs', '--folder', lake.folder, ...args]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^error: option '--\w+ <count>' argument '.*' is invalid\..*\n/,
      ),
    });
  });

  it('queries Athena for a stage in an account, in SQL that Athena takes', async () => {
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
    expect(stdout).toMatch(/\nCOMPLETE\n/);
    expect(stdout).toMatch(/\n1 row, 0 bytes scanned\n$/);
    expect(sql).toBe(compactRunsSql({ limit: 10, days: 30 }));
    const faultsOf = await loadTrinoParser();
    for (const each of [sql, runsSql({ limit: 10, days: 30 })]) expect(faultsOf(each)).toEqual([]);
  });
});
