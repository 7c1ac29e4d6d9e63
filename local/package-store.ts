import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { systemProblem } from 'local-aws/system-problem.ts';
import { InvalidInput } from '../core/errors.ts';
import { claimFile } from './claim-file.ts';
import { tryToWrite, tryToWriteInto } from './try-to-write.ts';

/** Between the name of a package and a random end: the folder in which it is being made. */
export const UNFINISHED = '.unfinished-';

/** Packages that are kept, the last used ones. */
const KEPT = 24;

/** The folder of all packages, and whether it is new; throws InvalidInput where it cannot be written. */
export function openStore(root: string): { store: string; isNew: boolean } {
  return withProblem(root, (store) => {
    const isNew = mkdirSync(store, { recursive: true }) !== undefined;
    tryToWrite(store);
    return { store, isNew };
  });
}

/** Throws InvalidInput where the folder of all packages cannot be written, and leaves nothing behind. */
export const checkStore = (root: string): void => withProblem(root, tryToWriteInto);

function withProblem<T>(root: string, write: (store: string) => T): T {
  const store = join(root, '.local/packages');
  try {
    return write(store);
  } catch (cause) {
    if (systemProblem(cause) !== undefined) throw cause;
    const why = 'the service is packaged there, whatever --folder is';
    const advice = 'make this clone writable, or clone it where you may write';
    throw new InvalidInput(`${store} is not writable: ${why}; ${advice}`, { cause });
  }
}

export function markUsed(folder: string): string {
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

/** Removes what a killed process left: a lock, and the folder that only the holder of the lock writes. */
export function removeUnfinished(store: string): void {
  const names = readdirSync(store).map((name) => /^(?<name>[\w-]+)\.(lock|unfinished-)/.exec(name));
  for (const name of new Set(names.flatMap((match) => match?.groups?.name ?? []))) {
    const claim = claimFile(join(store, `${name}.lock`));
    if (claim.owner !== undefined) continue;
    try {
      const isLeft = (entry: string) => entry.startsWith(`${name}${UNFINISHED}`);
      for (const entry of readdirSync(store).filter(isLeft)) remove(join(store, entry));
    } finally {
      claim.release();
    }
  }
}

/** Removes packages that were not used for long, and drafts of locks. */
export function removeOld(store: string): void {
  const entries = readdirSync(store)
    .map((name) => ({
      path: join(store, name),
      isPackage: /^[\w-]+$/.test(name),
      usedAt: statSync(join(store, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.usedAt - a.usedAt);
  const packages = entries.filter(({ isPackage }) => isPackage);
  const anHourAgo = Date.now() - 3_600_000;
  const left = entries.filter(({ isPackage, usedAt }) => !isPackage && usedAt < anHourAgo);
  for (const { path } of [...packages.slice(KEPT), ...left]) remove(path);
}

/** The process that was killed may have left one that still writes: the next start removes the rest. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!['ENOTEMPTY', 'EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw error;
    }
  }
}
