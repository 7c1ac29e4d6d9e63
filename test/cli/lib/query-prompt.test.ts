import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promptForQueries } from '../../../cli/lib/query-prompt.ts';
import { InvalidInput } from '../../../core/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-prompt-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Types keys into a prompt and returns the statements that ran and what was shown. */
async function type(...keys: string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (data) => {
    shown += data;
  });
  const ran: string[] = [];
  const ended = promptForQueries({
    input,
    output,
    schema: new Map([['runs', ['run_id', 'status']]]),
    historyFile: join(folder, 'history'),
    run(sql) {
      ran.push(sql);
      if (sql === 'mistyped;') throw new InvalidInput('No kept query mistyped');
      if (!sql.includes('wrong')) return Promise.resolve();
      return Promise.reject(new InvalidInput('no such column'));
    },
  });
  for (const key of keys) {
    input.write(key);
    // readline takes what follows an escape within 500 ms as one key.
    await sleep(20);
  }
  input.end();
  await ended;
  return { ran, shown };
}

describe('the prompt for SQL', () => {
  it('runs a statement of several lines at its semicolon, and goes on after an error', async () => {
    const { ran, shown } = await type('SELECT wrong\n', 'FROM runs;\n', 'SELECT 1;\n');
    expect(ran).toEqual(['SELECT wrong\nFROM runs;', 'SELECT 1;']);
    expect(shown).toContain('no such column\n');
  });

  it('goes on after the name of no kept query', async () => {
    const { ran, shown } = await type('mistyped;\n', 'SELECT 1;\n');
    expect(ran).toEqual(['mistyped;', 'SELECT 1;']);
    expect(shown).toContain('No kept query mistyped\n');
  });

  it('completes tables and columns with Tab', async () => {
    const { ran } = await type('SELECT st', '\t', ' FROM ru', '\t', ';\n');
    expect(ran).toEqual(['SELECT status FROM runs;']);
  });

  it('has a history that outlives it', async () => {
    await type('SELECT 42;\n');
    expect(readFileSync(join(folder, 'history'), 'utf8')).toMatch(/SELECT 42;\n$/);
    const { ran } = await type('\x1b[A', '\n');
    expect(ran).toEqual(['SELECT 42;']);
  });

  it('brings a statement of several lines back as one', async () => {
    await type('SELECT 1,\n', '  2\n', 'FROM runs;\n', 'SELECT 3;\n');
    const { ran } = await type('\x1b[A', '\x1b[A', '\n');
    expect(ran).toEqual(['SELECT 1, 2 FROM runs;']);
  });

  it('keeps a statement that Ctrl-C dropped, and lines with comments as they are', async () => {
    await type('SELECT 4,\n', '\x03', 'SELECT 5 -- five\n', ';\n');
    expect(readFileSync(join(folder, 'history'), 'utf8')).toMatch(
      /\nSELECT 4,\nSELECT 5 -- five\n;\n$/,
    );
  });

  it('loses nothing of another prompt that is open as well', async () => {
    const first = type('SELECT 6;\n', ...Array(10).fill(' '), '\n', 'SELECT 8;\n');
    await type('SELECT 7;\n');
    await first;
    expect(readFileSync(join(folder, 'history'), 'utf8')).toMatch(
      /SELECT 6;\nSELECT 7;\nSELECT 8;\n$|SELECT 7;\nSELECT 6;\nSELECT 8;\n$/,
    );
  });

  it('lists tables and columns, and ends with \\q', async () => {
    const { shown, ran } = await type('\\d\n', '\\d runs\n', '\\d other\n', '\\q\n', 'SELECT 1;\n');
    expect(shown).toMatch(/\nruns\n/);
    expect(shown).toMatch(/\nrun_id\nstatus\n/);
    expect(shown).toContain('There is no table other: \\d shows them');
    expect(ran).toEqual([]);
  });
});
