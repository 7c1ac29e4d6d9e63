import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from '../core/errors.ts';

/** Addresses on 127.0.0.1, as serverless.yml reads them for the stage `local`. */
export interface Endpoints {
  aws: string;
  spotify: string;
  /** Settings that were given: names of streams, of the database … */
  params?: Record<string, string>;
}

/**
 * Claims `<folder>/endpoints.json`, which tells `sls invoke local` where the stage serves. Throws
 * InvalidInput while another stage of this folder serves: both would write the same lake.
 */
export function claimFolder(folder: string): {
  publish(endpoints: Endpoints): void;
  release(): void;
} {
  const file = join(folder, 'endpoints.json');
  mkdirSync(folder, { recursive: true });
  const owner = ownerOf(file);
  if (owner !== undefined) {
    throw new InvalidInput(
      `The local stage already serves (process ${owner}): end it first, or give another --folder`,
    );
  }
  rmSync(file, { force: true });
  const write = (endpoints: object, flag: string) =>
    writeFileSync(file, `${JSON.stringify({ ...endpoints, pid: process.pid }, null, 2)}\n`, {
      flag,
    });
  try {
    write({}, 'wx');
  } catch (cause) {
    // Exclusive: of two that start at the same moment, one fails here.
    throw new InvalidInput('Another local stage has just started: give another --folder', {
      cause,
    });
  }
  return {
    publish: (endpoints) => write(endpoints, 'w'),
    release: () => rmSync(file, { force: true }),
  };
}

function ownerOf(file: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(file, 'utf8'));
    process.kill(pid, 0); // signal 0 only asks whether the process is there
    return pid;
  } catch {
    return undefined;
  }
}
