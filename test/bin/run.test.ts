import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Every Node of this machine: the one that runs the test, and the host's own if it is another. */
const nodes = [...new Set([process.execPath, '/usr/bin/node', '/usr/local/bin/node'])].filter(
  (node) => spawnSync(node, ['--version']).status === 0,
);

/** A clone in which nothing is installed. */
let bare: string;
beforeAll(() => {
  bare = mkdtempSync(join(tmpdir(), 'tributary-clone-'));
  for (const name of ['bin', 'local', 'cli', 'core', 'package.json']) {
    cpSync(join(root, name), join(bare, name), { recursive: true });
  }
});
afterAll(() => rmSync(bare, { recursive: true }));

describe.each(nodes)('On %s', (node) => {
  it.each(['spotify.js', 'start.js', 'test.js', 'tributary.js'])(
    '%s says in one line that nothing is installed',
    (program) => {
      const { stdout, stderr, status } = spawnSync(node, [join(bare, 'bin', program)], {
        encoding: 'utf8',
      });
      expect({ stdout, stderr, status }).toEqual({
        stdout: '',
        stderr: 'error: nothing is installed yet: run `npm ci` first\n',
        status: 1,
      });
    },
  );

  it('every script says it', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { postinstall: _, ...others } = scripts as Record<string, string>;
    const said = Object.entries(others).map(([name, script]) => {
      const env = { PATH: `${dirname(node)}:/usr/bin:/bin` };
      const run = spawnSync(script, { shell: true, cwd: bare, env, encoding: 'utf8' });
      return [name, run.stderr, run.status];
    });
    const line = 'error: nothing is installed yet: run `npm ci` first\n';
    expect(said).toEqual(Object.keys(others).map((name) => [name, line, 1]));
    // An older Node has not every option, and would say so instead.
    expect(Object.values(others)).not.toContainEqual(expect.stringMatching(/^node --/));
  });

  it.each(['without a Node', 'with one that is not its executable'])(
    'says that an install %s is not whole',
    (which) => {
      const clone = mkdtempSync(join(tmpdir(), 'tributary-clone-'));
      try {
        cpSync(join(root, 'bin'), join(clone, 'bin'), { recursive: true });
        mkdirSync(join(clone, 'node_modules/.bin'), { recursive: true });
        if (which.startsWith('with ')) writeFileSync(join(clone, 'node_modules/.bin/node'), '');
        const run = spawnSync(node, [join(clone, 'bin/installed.js')], { encoding: 'utf8' });
        expect([run.status, run.stderr]).toEqual([
          1,
          'error: development packages or install scripts were left out: run `npm ci --include=dev --ignore-scripts=false`\n',
        ]);
      } finally {
        rmSync(clone, { recursive: true });
      }
    },
  );

  it('start.js runs the local stage', () => {
    const { stdout, status } = spawnSync(node, [join(root, 'bin/start.js'), '--help'], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm start -- \[options\]/);
    expect(stdout).toMatch(/Kinds of faults for --faults:\n(?:.*\n)*? +rate-limit +quota/);
  });

  it('a program ends at a SIGINT that no terminal sent', async () => {
    const child = spawn(node, [join(root, 'bin/spotify.js'), '--port', '0']);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await expect(once(child, 'close')).resolves.toEqual([0, null]);
  });
});

describe('npm', () => {
  it.each([
    ['start', ['--keep', '--albums=5'], 'npm start -- --albums 5 --keep'],
    ['start', ['--catalog', 'x.json'], 'npm start -- --catalog <file>'],
    ['start', ['--app', 'development'], 'npm start -- --help'],
    ['spotify', ['--port', '9000'], 'npm run spotify -- --port <port>'],
    ['query', ['--list', '--stage=dev'], 'npm run query -- --list --stage dev'],
  ])('run %s with %j says where options go', (script, options, instead) => {
    const args = ['run', '--silent', script, ...options];
    const run = spawnSync('npm', args, { cwd: root, encoding: 'utf8', timeout: 30_000 });
    expect([run.status, run.stdout]).toEqual([1, '']);
    const said = run.stderr.split('\n').filter((line) => line && !line.startsWith('npm '));
    expect(said).toEqual([`error: npm passes options on only behind --: ${instead}`]);
  });

  it('may have options of its own', () => {
    const args = ['run', '--silent', '--json', '--yes', 'query', '--', '--list'];
    const run = spawnSync('npm', args, { cwd: root, encoding: 'utf8', timeout: 30_000 });
    expect(run.status).toBe(0);
  });
});
