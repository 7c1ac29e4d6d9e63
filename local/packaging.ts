import { spawn } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput } from '../core/errors.ts';
import { claimFile } from './claim-file.ts';
import { keepBundles } from './kept-bundles.ts';
import { markUsed, openStore, removeOld, removeUnfinished, UNFINISHED } from './package-store.ts';
import { isWritable } from './try-to-write.ts';

export interface PackageOptions {
  stage?: string;
  /** Settings of serverless.yml, as `name=value`. */
  params?: string[];
  /** What packaging does next; not called when the package is there already. */
  onStep?: (step: string) => void;
  /** Ends packaging, and leaves nothing of it. */
  signal?: AbortSignal;
}

/** All that a package is made of. */
const SOURCES = [
  'core',
  'functions',
  'local/guard-invoke-local.cjs',
  'queries',
  'resources',
  'statemachines',
  'serverless.yml',
  'tsconfig.json',
  'package-lock.json',
  // What is installed, esbuild's version included, wherever it differs from the lock file.
  'node_modules/.package-lock.json',
];

/** What serverless.yml puts where an address is not known before the stage serves. */
export const PLACEHOLDER = 'http://127.0.0.1:9';

/**
 * A folder with the `.serverless` that `sls package` makes of the service in `root`: made once for each
 * content of its sources, then taken from `.local/packages`. Waits for another process that packages the
 * same content. Throws InvalidInput with what sls says, and the signal's reason.
 */
export async function packageService(root: string, options: PackageOptions = {}): Promise<string> {
  const { stage = 'local', params = [], signal } = options;
  const { store, isNew } = openStore(root);
  const sources = hashOfSources(root);
  const folder = join(store, `${stage}-${shortHash(JSON.stringify([sources, stage, ...params]))}`);
  const bundles = join(store, `bundles-${sources}`);
  removeUnfinished(store);
  for (;;) {
    signal?.throwIfAborted();
    if (existsSync(folder)) return markUsed(folder);
    const claim = claimFile(`${folder}.lock`);
    if (claim.owner === undefined) {
      process.once('exit', claim.release);
      try {
        return existsSync(folder)
          ? folder
          : await make(root, folder, { ...options, stage, params, bundles, isFirst: isNew });
      } finally {
        process.off('exit', claim.release);
        claim.release();
        removeOld(store);
      }
    }
    options.onStep?.(`process ${claim.owner} packages the same sources`);
    await sleep(100, undefined, signal && { signal });
  }
}

async function make(
  root: string,
  folder: string,
  options: PackageOptions & { stage: string; params: string[]; bundles: string; isFirst: boolean },
): Promise<string> {
  const work = mkdtempSync(`${folder}${UNFINISHED}`);
  const remove = () => rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  // Whatever ends the process: sls ends with it, and the next start finds nothing of it.
  const exit = new AbortController();
  const onExit = () => {
    exit.abort();
    remove();
  };
  process.once('exit', onExit);
  try {
    mirror(root, work);
    const signal = AbortSignal.any([exit.signal, ...(options.signal ? [options.signal] : [])]);
    const isBundled = existsSync(options.bundles);
    await runSls(work, {
      ...options,
      signal,
      ...(isBundled && { taken: markUsed(options.bundles) }),
    });
    if (!isBundled) keepBundles(work, options.bundles);
    mkdirSync(join(work, 'done'));
    renameSync(join(work, '.serverless'), join(work, 'done/.serverless'));
    renameSync(join(work, 'done'), folder);
    return folder;
  } finally {
    process.off('exit', onExit);
    remove();
  }
}

/** `sls` writes beside what it reads: links to the sources give each call a folder of its own. */
function mirror(root: string, work: string): void {
  for (const entry of readdirSync(root)) {
    if (entry.startsWith('.')) continue;
    const source = join(root, entry);
    if (statSync(source).isDirectory()) symlinkSync(source, join(work, entry), 'junction');
    else copyFileSync(source, join(work, entry));
  }
}

/** For the lines that follow the heading of an error. */
const AFTER_ERROR_MS = 500;

function runSls(
  work: string,
  {
    stage,
    params,
    onStep,
    signal,
    isFirst,
    taken,
  }: PackageOptions & { stage: string; params: string[]; isFirst: boolean; taken?: string },
): Promise<void> {
  const sls = join(work, 'node_modules/serverless/bin/serverless.js');
  const args = ['package', '--stage', stage, ...params.map((param) => `--param=${param}`)];
  // serverless-esbuild leaves a folder for each function there, and never removes it.
  const temporary = join(work, '.tmp');
  mkdirSync(temporary);
  const compiled = join(work, '../../compiled');
  onStep?.('reading serverless.yml');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [sls, ...args], {
      cwd: work,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C on the terminal comes to this process, which ends the child.
      detached: process.platform !== 'win32',
      env: {
        ...process.env,
        // To write what 2,500 files compile to takes longer than to compile them once.
        NODE_COMPILE_CACHE: isFirst ? undefined : compiled,
        // Its lines are read here, whatever colours a terminal is to have.
        FORCE_COLOR: undefined,
        TMPDIR: temporary,
        TEMP: temporary,
        // sls writes what the schema of serverless.yml compiles to below the home, and fails where it cannot.
        ...(!isWritable(homedir()) && { SLS_SCHEMA_CACHE_BASE_DIR: compiled }),
        ...(taken !== undefined && { TRIBUTARY_BUNDLES: taken }),
      },
    });
    child.once('error', reject);
    // Without file descriptors it has no output either.
    if (child.pid === undefined) return;
    const kill = () => {
      if (child.pid === undefined || child.exitCode !== null) return;
      if (process.platform === 'win32') child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    };
    const lines: string[] = [];
    for (const stream of [child.stderr, child.stdout]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line.trim());
        if (line.startsWith('Packaging ')) {
          onStep?.(taken ? 'writing the template' : 'bundling the functions');
        }
        // After a failed build serverless-esbuild leaves esbuild running, and sls would never end.
        if (line === 'Error:') setTimeout(kill, AFTER_ERROR_MS).unref();
      });
    }
    signal?.addEventListener('abort', kill, { once: true });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', kill);
      if (code === 0) return resolve();
      if (signal?.aborted) return reject(signal.reason);
      const said = lines.indexOf('Error:') + 1;
      const why =
        said > 0
          ? lines
              .slice(said, said + 2)
              .filter((line) => !line.startsWith('at '))
              .join(' ')
              .trim()
          : 'see what it prints';
      reject(new InvalidInput(`'sls package --stage ${stage}' failed: ${why}`));
    });
  });
}

const shortHash = (text: string): string => hash('sha256', text).slice(0, 16);

function hashOfSources(root: string): string {
  const sum = createHash('sha256').update(process.version);
  const add = (path: string) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    } else if (stat) {
      sum.update(`\0${path}\0`).update(readFileSync(join(root, path)));
    }
  };
  for (const path of SOURCES) add(path);
  return sum.digest('hex').slice(0, 16);
}
