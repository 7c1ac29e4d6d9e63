import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { InvalidInput } from '../core/errors.ts';

/** Longer than packaging takes on any machine: a lock of this age was left by a dead process. */
const STALE_MS = 120_000;

/**
 * Packages the service of `root` into `.serverless` and gives it to `use` while nobody else packages:
 * `sls` works in the same folders each time. `params` are `name=value` settings of serverless.yml.
 * Throws InvalidInput with what sls says.
 */
export async function withPackage<T>(
  root: string,
  { stage = 'local', params = [] }: { stage?: string; params?: string[] },
  use: () => T | Promise<T>,
): Promise<T> {
  const release = await lock(join(root, '.local/packaging'));
  try {
    await runSls(root, stage, params);
    return await use();
  } finally {
    release();
  }
}

async function runSls(root: string, stage: string, params: string[]): Promise<void> {
  const sls = join(root, 'node_modules/serverless/bin/serverless.js');
  const given = [...placeholders(stage, params), ...params].map((param) => `--param=${param}`);
  const args = ['package', '--stage', stage, ...given];
  try {
    await promisify(execFile)(process.execPath, [sls, ...args], { cwd: root });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
    const said = lines.indexOf('Error:') + 1;
    const why = said > 0 ? lines.slice(said, said + 2).join(' ') : 'see what it prints';
    throw new InvalidInput(`'sls package --stage ${stage}' failed: ${why}`, { cause: error });
  }
}

/** What serverless.yml puts where an address is not known before the stage serves. */
export const PLACEHOLDER = 'http://127.0.0.1:9';

/** A package is for any stage to come, whatever serves while it is made. */
function placeholders(stage: string, params: string[]): string[] {
  if (stage !== 'local') return [];
  return ['awsUrl', 'spotifyApiUrl', 'spotifyAccountsUrl']
    .filter((name) => !params.some((param) => param.startsWith(`${name}=`)))
    .map((name) => `${name}=${PLACEHOLDER}`);
}

/** A folder that only one can make. */
async function lock(folder: string): Promise<() => void> {
  mkdirSync(join(folder, '..'), { recursive: true });
  for (;;) {
    try {
      mkdirSync(folder);
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const madeAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - madeAt > STALE_MS) rmSync(folder, { recursive: true, force: true });
      await sleep(100);
    }
  }
}
