import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = resolve(import.meta.dirname, '../../.local/tools');

/** pip and mvn have retries of their own; a download that takes longer is stuck. */
const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** This machine lacks what a check needs; the message completes "SKIPPED, …". */
export class MissingTool extends Error {
  override readonly name = 'MissingTool';
}

/** Installs Python packages, pinned as `name==version`, into a venv of their own; returns its `bin`. */
export async function pythonTools(name: string, pins: string[]): Promise<string> {
  const venv = join(folder, name);
  await once(venv, pins, async () => {
    await need('python3', ['-m', 'venv', venv], 'python3 with venv');
    const pip = ['install', '--quiet', '--disable-pip-version-check', ...pins];
    await need(join(venv, 'bin/pip'), pip, pins.join(', '));
  });
  return join(venv, 'bin');
}

/**
 * Fetches archives from the Maven repository that this machine's own settings name, and unpacks each
 * into the folder given for it; returns the folder of all. `python` unpacks: mvn takes tar.gz and zip,
 * not every machine has unzip.
 */
export async function mavenArchives(
  name: string,
  archives: { artifact: string; into: string }[],
  python: string,
): Promise<string> {
  const target = join(folder, name);
  const pins = archives.map(({ artifact }) => artifact);
  await once(target, pins, async () => {
    for (const { artifact, into } of archives) {
      const download = join(target, 'download');
      await need(
        'mvn',
        [...copyGoal, `-Dartifact=${artifact}`, `-DoutputDirectory=${download}`],
        artifact,
      );
      await run(python, [join(import.meta.dirname, 'unpack.py'), download, join(target, into)]);
      rmSync(download, { recursive: true });
    }
  });
  return target;
}

const copyGoal = ['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'];

/** Runs `install` unless an earlier one of the same pins went through to its end. */
async function once(target: string, pins: string[], install: () => Promise<void>): Promise<void> {
  const marker = join(target, 'installed.txt');
  const wanted = `${pins.join('\n')}\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await install();
  writeFileSync(marker, wanted);
}

/** Throws MissingTool where `command` is not there or fails. */
async function need(command: string, args: string[], what: string): Promise<void> {
  try {
    await run(command, args, { timeout: INSTALL_TIMEOUT_MS, env: process.env });
  } catch (error) {
    const { code, stderr = '', stdout = '' } = error as NodeJS.ErrnoException & Output;
    if (code === 'ENOENT') throw new MissingTool(`this machine has no ${command}`);
    const why = `${stdout}\n${stderr}`
      .trim()
      .split('\n')
      .find((line) => /error/i.test(line));
    throw new MissingTool(`${what} could not be installed: ${why?.trim() ?? 'no reason given'}`);
  }
}

interface Output {
  stdout?: string;
  stderr?: string;
}
