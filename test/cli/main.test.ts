import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './fake-lake.ts';

const root = join(import.meta.dirname, '../..');
const offered = async (...words: string[]) => {
  const { status, stdout } = await run(['complete', '--', ...words]);
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
      const { status, stdout } = await run(['complete', shell]);
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: expect.stringContaining('tributary complete --'),
      });
      if (shell !== 'bash') continue;
      const check = spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' });
      expect({ status: check.status, stderr: check.stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it('completes commands, options and choices', async () => {
    await expect(offered('con')).resolves.toEqual(expect.arrayContaining(['consume', 'console']));
    await expect(offered('consume', '--fo')).resolves.toEqual(
      expect.arrayContaining(['--follow', '--format']),
    );
    await expect(offered('consume', '--from', '')).resolves.toEqual([
      ...['trim-horizon', 'latest', 'at-timestamp', 'after-sequence-number'],
    ]);
  });
});
