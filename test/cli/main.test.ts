import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './fake-lake.ts';
import { givenOneProcess } from './one-process.ts';

const root = join(import.meta.dirname, '../..');
const { run: say, end } = givenOneProcess();
afterAll(end);
const offered = async (...words: string[]) => {
  const { status, stdout } = await say(['complete', '--', ...words]);
  expect(status).toBe(0);
  return stdout
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .filter((word) => word !== '' && !word.startsWith(':'));
};

describe('tributary', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    await expect(run(['--version'])).resolves.toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it('has scripts of completion for bash, zsh and fish', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { status, stdout } = await say(['complete', shell]);
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: expect.stringContaining('tributary complete --'),
      });
      // A value that nothing is offered for may be a file.
      if (shell === 'fish') expect(stdout).toMatch(/^ +set -l nofiles 0$/m);
      // A value without a description is none with an empty one.
      if (shell === 'zsh') expect(stdout).toMatch(/ comp=\$\{comp%\$tab\}; comp=/);
      if (shell !== 'bash') continue;
      // A shell without bash-completion; the program is a function, as nothing is on its PATH.
      const session = `tributary() { "${process.execPath}" "${join(root, 'bin/tributary.js')}" "$@"; }
compopt() { :; }
${stdout}
${stdout}
complete -p tributary
COMP_WORDS=(tributary query --li) COMP_CWORD=2; __tributary_complete; echo "$COMPREPLY"`;
      // In a locale that every machine has: of another one bash complains.
      const env = { ...process.env, LC_ALL: 'C' };
      const check = spawnSync('bash', ['--norc'], { input: session, encoding: 'utf8', env });
      const { status: ended, stderr } = check;
      expect({ ended, stderr, found: check.stdout }).toEqual({
        ended: 0,
        stderr: '',
        found: 'complete -o default -F __tributary_complete tributary\n--list\n',
      });
    }
  });

  it.each([
    [['explain', ''], "error: '' is no id\n"],
    [
      ['console', '--port', '70000'],
      "error: option '--port <number>' argument '70000' is invalid. It is above 65535.\n",
    ],
  ])('says in a line what is wrong with %j', async (args, stderr) => {
    await expect(run(args)).resolves.toEqual({ status: 1, stdout: '', stderr });
  });

  const onLinux = existsSync('/dev/full') ? it : it.skip;
  onLinux.each([[['--help']], [['query', '--list']], [['doctor']]])(
    'says in a line that standard output is full after %j',
    (args) => {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, ['bin/tributary.js', ...args], {
        ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] },
      });
      closeSync(full);
      const line =
        'error: standard output cannot be written: ENOSPC: no space left on device, write\n';
      expect({ status, stderr }).toEqual({ status: 1, stderr: line });
    },
  );

  it('has every command in its help, and finds one after the options of all of them', async () => {
    const help = await run(['--help', 'query']);
    for (const name of ['produce', 'query', 'rebuild', 'doctor', 'help']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${name} .*`, 'm'));
    }
    expect(help.stdout).toMatch(/^ {2}complete <shell> /m);
    const after = await run(['--stage', 'runs', '--stack', '--folder=consume', 'query', '--help']);
    expect(after.stdout).toMatch(/^Usage: tributary query /);
    const unknown = await run(['qery']);
    expect(unknown.stderr).toMatch(/^error: unknown command 'qery'\n\(Did you mean query\?\)$/m);
  });

  it('has help that fits 80 columns, with commands that can be pasted', async () => {
    const commands = readdirSync(join(root, 'cli'))
      .filter((name) => /^(?!main).*\.ts$/.test(name))
      .map((name) => name.replace(/\.ts$/, ''));
    for (const command of [[], ...commands.map((name) => [name])]) {
      const { stdout } = await say([...command, '--help']);
      const wide = stdout.split('\n').filter((line) => line.length > 80);
      expect({ command, wide }).toEqual({ command, wide: [] });
      expect(stdout).not.toContain('[])');
      // As the README calls it: without `npm link`, only npx finds the command.
      const [, examples = ''] = stdout.split('\nExamples:\n');
      for (const line of examples.split(/(?<!\\)\n/).filter(Boolean)) {
        expect(line).toMatch(/^ {2}npx tributary /);
      }
    }
    const { stdout } = await say(['--help']);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        '  source <(tributary complete zsh)',
        '  tributary complete fish | source',
      ]),
    );
  });

  it('completes commands, options and choices', async () => {
    await expect(offered('con')).resolves.toEqual(expect.arrayContaining(['consume', 'console']));
    await expect(offered('consume', '--fo')).resolves.toEqual(
      expect.arrayContaining(['--follow', '--format', '--folder']),
    );
    await expect(offered('runs', '--st')).resolves.toEqual(['--stage', '--stack']);
    await expect(offered('consume', '--from', '')).resolves.toEqual([
      ...['trim-horizon', 'latest', 'at-timestamp', 'after-sequence-number'],
    ]);
  });
});
