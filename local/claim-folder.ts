import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { openCatalog } from 'local-aws/glue/catalog.ts';
import { InvalidInput } from '../core/errors.ts';
import { LOCAL_FOLDER } from '../core/terminal/options.ts';
import { type Claim, claimFile } from './claim-file.ts';
import { tryToWrite, tryToWriteInto } from './try-to-write.ts';

/** Addresses on 127.0.0.1, as serverless.yml reads them for the stage `local`. */
export interface Endpoints {
  aws: string;
  spotify: string;
  spotifyAccounts: string;
  /** Settings that were given: names of streams, of the database … */
  params?: Record<string, string>;
}

/**
 * Claims `<folder>/endpoints.json`, from which `sls invoke local` and the command line read where the
 * stage serves. Throws InvalidInput while another stage of this folder serves: both would write the
 * same lake.
 */
export function claimFolder(folder: string): {
  publish(endpoints: Endpoints & { lakeBucket?: string; writtenStreams?: string }): void;
  release(): void;
} {
  const { owner, write, release } = claimIn(folder);
  if (owner !== undefined) {
    throw new InvalidInput(
      `The local stage already serves (process ${owner}): end it first, or choose another --folder`,
    );
  }
  return { publish: write, release };
}

const PROBLEMS: Record<string, string> = {
  EEXIST: 'is a file, not a folder',
  ENOTDIR: 'leads through a file',
  EACCES: 'is not writable',
  EPERM: 'is not writable',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'is on a full disk',
  ELOOP: 'leads through a loop of symbolic links',
  ENAMETOOLONG: 'has a name that is too long',
  ENOENT: 'is where no folder can be made',
};

/** What an earlier start left in the folder, perhaps as another user. */
const WRITTEN = ['catalog.json', 'code', 'lake', 'logs'];

/** Throws InvalidInput where a start could not write, and leaves nothing behind. */
export const checkFolder = (folder: string): void =>
  withProblem(folder, () => {
    rejectOthers(folder);
    tryToWriteInto(folder);
    tryToWriteLeft(folder);
  });

const claimIn = (folder: string): Claim =>
  withProblem(folder, () => {
    rejectOthers(folder);
    makeFolder(folder);
    tryToWriteLeft(folder);
    return claimFile(join(folder, 'endpoints.json'));
  });

/** One of them is in each folder that is a stage's. */
const OF_A_STAGE = ['catalog.json', 'compiled', 'endpoints.json', 'lake', 'query-history'];

const DEFAULT = resolve(import.meta.dirname, '..', LOCAL_FOLDER);

/** Of the system, in a folder that nobody has used yet. */
const OF_THE_SYSTEM = /^\.|^lost\+found$/;

/** Throws InvalidInput where something that no stage wrote is there, or has the name of a stage's file. */
function rejectOthers(folder: string): void {
  // Of all folders the one without an option may hold packages alone.
  if (folder !== DEFAULT && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const names = readdirSync(folder).filter((name) => !OF_THE_SYSTEM.test(name));
    if (names.length > 0 && !names.some((name) => OF_A_STAGE.includes(name))) {
      throw new InvalidInput(
        `--folder ${folder} holds other files, such as ${names[0]}: choose an empty or a new one`,
      );
    }
  }
  openCatalog(join(folder, 'catalog.json')).read();
  const file = join(folder, 'endpoints.json');
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new InvalidInput(`${file} is a folder, not a file: choose another --folder`);
  }
}

function tryToWriteLeft(folder: string): void {
  for (const path of WRITTEN.map((name) => join(folder, name))) {
    if (existsSync(path)) tryToWrite(path);
  }
}

function withProblem<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    const { code = '', path } = cause as NodeJS.ErrnoException;
    const problem = PROBLEMS[code === 'EEXIST' && path !== folder ? 'ENOTDIR' : code];
    if (!problem) throw cause;
    const [name = ''] = relative(folder, path ?? folder).split(sep);
    const what = WRITTEN.includes(name) ? `${name} in --folder` : '--folder';
    throw new InvalidInput(`${what} ${folder} ${problem}: choose another one`, { cause });
  }
}

/** Without `recursive`: Node then tries for ever where a file system makes no folders, as /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}
