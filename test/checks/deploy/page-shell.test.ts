import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShell, type Shell } from '../../../checks/deploy/page-shell.ts';

let folder: string;
let shell: Shell;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-shell-'));
  shell = openShell(folder, folder, { PATH: process.env.PATH });
});
afterEach(async () => {
  await shell.close();
  rmSync(folder, { recursive: true });
});

it('keeps variables and functions for later commands', async () => {
  await shell.run('greet() { echo "hello $name"; }');
  await shell.run('name=world');
  await expect(shell.run('greet')).resolves.toEqual({ status: 0, printed: 'hello world' });
});

it('returns the status of a command, of the failing part of a pipe too, and goes on', async () => {
  await expect(shell.run('echo out; echo err >&2; false')).resolves.toMatchObject({ status: 1 });
  await expect(shell.run('false | cat')).resolves.toMatchObject({ status: 1 });
  await expect(shell.run('true')).resolves.toMatchObject({ status: 0 });
});

it('types what a command reads', async () => {
  await expect(shell.run('read -rs value; echo "<$value>"', { input: 'typed\n' })).resolves.toEqual(
    {
      status: 0,
      printed: '<typed>',
    },
  );
});

it('gives up a command that does not end', async () => {
  const ran = await shell.run('sleep 60', { timeoutMs: 200 });
  expect(ran).toEqual({ status: 124, printed: '\nnot done in 0.2 s' });
});
