import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from 'local-aws/gateway/aws-error.ts';
import { listKeptQueries } from '../../cli/lib/kept-queries.ts';
import { givenAthena, givenLake, run } from './fake-lake.ts';
import { collect, tributary } from './fixtures.ts';
import { givenOneProcess } from './one-process.ts';

const { run: say, end } = givenOneProcess();
afterAll(end);

const STARTED = new Date('2026-11-21T06:00:00Z');

const RUN = {
  run_id: 'run-1',
  status: 'PARTIAL',
  started_at: STARTED,
  finished_at: new Date('2026-11-21T06:01:13.400Z'),
  loaded: 99,
  missing: 1,
};

describe('tributary query on this machine', () => {
  const lake = givenLake([RUN]);
  afterAll(lake.end);
  const ask = (...args: string[]) => run(['query', '--folder', lake.folder, ...args]);

  it('prints a table and the number of rows', async () => {
    const { status, stdout, stderr } = await ask('SELECT status, loaded, error FROM runs');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'status   loaded  error',
      expect.stringMatching(/^─+$/),
      'PARTIAL      99',
      expect.stringMatching(/^1 row, [\d.]+ kB scanned$/),
      '',
    ]);
  });

  it('prints JSON lines with numbers and nulls as such, and nested values as Athena writes them', async () => {
    const sql = `SELECT status, loaded, error, true AS yes, 12345678901234567890 AS large,
      1.50 AS money, [1, 2] AS list, '' AS nothing FROM runs`;
    await expect(ask('--format', 'ndjson', sql)).resolves.toEqual({
      status: 0,
      stdout:
        '{"status":"PARTIAL","loaded":99,"error":null,"yes":true,"large":12345678901234567890,"money":1.50,"list":"[1, 2]","nothing":""}\n',
      stderr: expect.stringMatching(/^1 row, [\d.]+ kB scanned\n$/),
    });
  });

  it('prints CSV, quoted where it has to be', async () => {
    const sql = `SELECT status, error, 'a "b", c' AS text, '' AS nothing FROM runs`;
    const { stdout, stderr } = await ask('--format', 'csv', sql);
    expect(stdout).toBe('status,error,text,nothing\nPARTIAL,,"a ""b"", c",""\n');
    expect(stderr).toMatch(/^1 row, /);
  });

  it('takes the SQL from a file', async () => {
    const file = join(import.meta.dirname, '../../queries/run-completeness.sql');
    const { status, stdout } = await ask('--file', file);
    expect(status).toBe(0);
    expect(stdout).toContain('percent_in_lake');
  });

  it('says in a line what is wrong', async () => {
    const failed = async (...args: string[]) => {
      const { status, stdout, stderr } = await say(['query', '--folder', lake.folder, ...args]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      return stderr;
    };
    const file = ['--file', 'queries/run-completeness.sql'];
    await expect(failed(...file, 'SELECT 1')).resolves.toBe(
      'error: Give --file or a query, not both\n',
    );
    await expect(failed('--list', 'newest')).resolves.toBe(
      'error: Give --list or a query, not both\n',
    );
    await expect(failed('--list', ...file)).resolves.toBe(
      'error: Give --list or --file, not both\n',
    );
    await expect(failed('DROP VIEW runs')).resolves.toMatch(/^error: Only a SELECT /);
    await expect(failed()).resolves.toBe(
      'error: Give a query, the name of a kept one, or --file\n',
    );
    await expect(failed('run-completenes')).resolves.toBe(
      'error: No kept query run-completenes: `npx tributary query --list` shows them\n',
    );
    await expect(failed('--file', 'nowhere.sql')).resolves.toBe('error: No file nowhere.sql\n');
    await expect(failed('--file', lake.folder)).resolves.toMatch(
      /^error: --file .* cannot be read: EISDIR/,
    );
  });

  it("keeps the engine's hint, candidates and caret", async () => {
    await expect(ask('SELECT status\nFROM rnus')).resolves.toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'error: Catalog Error: Table with name rnus does not exist!',
        'Did you mean "runs"?',
        '',
        'LINE 2: FROM rnus',
        '             ^',
        '',
      ].join('\n'),
    });
    const { stderr } = await ask('SELECT statu FROM runs');
    expect(stderr).toContain('Candidate bindings: "status"');
    expect(stderr).toContain('\n               ^\n');
  });

  it('lists the kept queries, and runs one by name', async () => {
    const { status, stdout } = await ask('--list');
    expect(status).toBe(0);
    const files = readdirSync(join(import.meta.dirname, '../../queries'));
    for (const file of files) expect(stdout).toContain(`\n${file.replace('.sql', '  ')}`);
    expect(stdout).toMatch(/\nrun-completeness +What each run of the last 30 days /);
    await expect(ask('run-completeness', '--format', 'ndjson')).resolves.toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/"run_id":"run-1"/),
    });
  });

  it('reads SQL from standard input', async () => {
    const child = tributary(['query', '--folder', lake.folder, '--format', 'csv']);
    await expect(collect(child, 'SELECT status FROM runs')).resolves.toMatchObject({
      status: 0,
      stdout: 'status\nPARTIAL\n',
    });
  });

  it('prints rows vertically', async () => {
    const { stdout } = await ask('--vertical', 'SELECT status, loaded FROM runs');
    expect(stdout).toMatch(/^── 1 ───\nstatus {2}PARTIAL\nloaded {2}99\n1 row, /);
  });

  it('returns no rows for any kept query while no crawl has made a table', async () => {
    const empty = givenLake([]);
    const names = listKeptQueries().map(({ name }) => name);
    for (const name of names.filter((each) => !/^session/.test(each))) {
      const outcome = await say(['query', '--folder', empty.folder, '--format', 'csv', name]);
      expect({ name, ...outcome }).toMatchObject({ status: 0 });
      if (name !== 'table-freshness') expect(outcome.stderr).toBe('0 rows, 0 bytes scanned\n');
    }
    empty.end();
  }, 60_000);

  it('says that there is no lake yet', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'tributary-empty-'));
    await expect(run(['query', '--folder', empty, 'SELECT 1'])).resolves.toEqual({
      status: 1,
      stdout: '',
      stderr: `error: There is no lake in ${empty} yet: run \`npm start -- --folder ${empty}\` first\n`,
    });
    rmSync(empty, { recursive: true });
  });

  it('says in one line that the catalogue of the lake is damaged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-damaged-'));
    writeFileSync(join(folder, 'catalog.json'), '{"albums":');
    const { stderr } = await run(['query', '--folder', folder, 'SELECT 1']);
    rmSync(folder, { recursive: true });
    expect(stderr).toMatch(/^error: \/.*\/catalog\.json is not whole JSON: choose .*\n$/);
  });
});

describe('tributary query in an account', () => {
  const execution = (State: string, more: object = {}) => ({
    QueryExecution: { Status: { State }, Statistics: { DataScannedInBytes: 1_234_567 }, ...more },
  });
  const varchar = (...texts: (string | null)[]) => ({
    Data: texts.map((text) => (text === null ? {} : { VarCharValue: text })),
  });

  it('asks in the workgroup and database of the stage, prints the rows and what was scanned', async () => {
    const asked: Record<string, unknown>[] = [];
    const athena = await givenAthena({
      StartQueryExecution(input) {
        asked.push(input);
        return { QueryExecutionId: 'q1' };
      },
      GetQueryExecution: () => execution('SUCCEEDED'),
      GetQueryResults: () => ({
        ResultSet: {
          ResultSetMetadata: {
            ColumnInfo: [
              { Name: 'status', Type: 'varchar' },
              { Name: 'n', Type: 'bigint' },
            ],
          },
          Rows: [varchar('status', 'n'), varchar('PARTIAL', '12'), varchar(null, '0')],
        },
      }),
    });
    const folder = mkdtempSync(join(tmpdir(), 'tributary-sql-'));
    const file = join(folder, 'x.sql');
    writeFileSync(
      file,
      '-- what it asks\nSELECT status, count(*) AS n FROM runs GROUP BY status;\n',
    );
    const { status, stdout, stderr } = await run(
      ['query', '--stage', 'dev', '--file', file],
      athena.env,
    );
    const lines = await run(
      ['query', '--stage', 'dev', '--format', 'ndjson', '--database', 'other', 'SELECT 1'],
      athena.env,
    );
    await athena.close();
    rmSync(folder, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\nPARTIAL +12\n/);
    expect(stdout).toMatch(/\n2 rows, 1\.2 MB scanned\n$/);
    expect(asked[0]).toMatchObject({
      QueryString: '-- what it asks\nSELECT status, count(*) AS n FROM runs GROUP BY status',
      WorkGroup: 'tributary-dev',
      QueryExecutionContext: { Database: 'tributary_dev' },
    });
    expect(asked[1]).toMatchObject({ QueryExecutionContext: { Database: 'other' } });
    expect(lines).toEqual({
      status: 0,
      stdout: '{"status":"PARTIAL","n":12}\n{"status":null,"n":0}\n',
      stderr: '2 rows, 1.2 MB scanned\n',
    });
  });

  it("prints Athena's reason with a caret and ends with 1", async () => {
    const reason = "TABLE_NOT_FOUND: line 1:8:\nTable 'rnus' does not exist";
    const athena = await givenAthena({
      StartQueryExecution: () => ({ QueryExecutionId: 'q1' }),
      GetQueryExecution: () => ({
        QueryExecution: { Status: { State: 'FAILED', StateChangeReason: reason } },
      }),
    });
    const outcome = await run(['query', '--stage', 'dev', 'SELECT * FROM rnus'], athena.env);
    await athena.close();
    expect(outcome).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'error: TABLE_NOT_FOUND: line 1:8:',
        "Table 'rnus' does not exist",
        '',
        'LINE 1: SELECT * FROM rnus',
        '               ^',
        '',
      ].join('\n'),
    });
  });

  it('ends when what responds is no Athena', async () => {
    const athena = await givenAthena({ StartQueryExecution: () => ({}) });
    await expect(run(['query', '--stage', 'dev', 'SELECT 1'], athena.env)).resolves.toEqual({
      status: 1,
      stdout: '',
      stderr:
        "error: The response is not AWS's (HTTP status 200, a query without an id): is the address right, or is a proxy in between?\n",
    });
    await athena.close();
  });

  it('names a missing workgroup, and a missing permission', async () => {
    let rejection = new AwsError('InvalidRequestException', 'WorkGroup is not found.');
    const athena = await givenAthena({
      StartQueryExecution() {
        throw rejection;
      },
    });
    const ask = async () => (await run(['query', '--stage', 'dev', 'SELECT 1'], athena.env)).stderr;
    await expect(ask()).resolves.toBe(
      'error: There is no workgroup tributary-dev: is --stage right, and is it deployed in this region?\n',
    );
    rejection = new AwsError('AccessDeniedException', 'not authorized');
    await expect(ask()).resolves.toBe('error: No permission: not authorized\n');
    await athena.close();
    await expect(ask()).resolves.toMatch(
      /^error: Nothing listens on 127.0.0.1:\d+ \(ECONNREFUSED\).*\n$/,
    );
  });

  it('sends no statement that writes', async () => {
    const asked: unknown[] = [];
    const athena = await givenAthena({ StartQueryExecution: (input) => asked.push(input) });
    await expect(
      run(['query', '--stage', 'dev', '/* SELECT */ DROP TABLE runs'], athena.env),
    ).resolves.toMatchObject({
      status: 1,
      stderr: 'error: Only a SELECT runs here: the tables belong to the pipeline\n',
    });
    await athena.close();
    expect(asked).toEqual([]);
  });

  it('stops the query on Ctrl-C', async () => {
    const stopped: unknown[] = [];
    let polled = () => {};
    const isPolled = new Promise<void>((resolve) => {
      polled = resolve;
    });
    const athena = await givenAthena({
      StartQueryExecution: () => ({ QueryExecutionId: 'q1' }),
      GetQueryExecution() {
        polled();
        return execution('RUNNING');
      },
      StopQueryExecution(input) {
        stopped.push(input);
        return {};
      },
    });
    const child = tributary(['query', '--stage', 'dev', 'SELECT 1'], athena.env);
    const outcome = collect(child);
    await Promise.race([isPolled, once(child, 'close')]);
    await sleep(100);
    child.kill('SIGINT');
    await expect(outcome).resolves.toEqual({
      status: 130,
      stdout: '',
      stderr: 'The query was stopped\n',
    });
    expect(stopped).toEqual([{ QueryExecutionId: 'q1' }]);
    await athena.close();
  });
});
