import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkFolder } from '../../local/claim-folder.ts';
import { checkStore } from '../../local/package-store.ts';
import { isAlive } from '../../local/process-identity.ts';
import { errorLine } from './error-line.ts';
import { localFolder } from './local-endpoint.ts';

/** What a check found: `bad` keeps something from working, `odd` is worth a look. */
export interface Finding {
  level: 'ok' | 'odd' | 'bad';
  subject: string;
  text: string;
}

const root = resolve(import.meta.dirname, '../..');
const GB = 1024 ** 3;

/** What this machine brings: Node, disk, packages, and what earlier starts left. */
export function checkMachine(folder: string, clone = root): Finding[] {
  const path = localFolder(folder);
  const store = join(clone, '.local/packages');
  return [
    nodeVersion(process.versions.node),
    ...settle('Disk', () => diskSpace(statfsSync(existsSync(path) ? path : clone))),
    ...settle('Packages', () => packages(clone, store)),
    ...settle('Lock', () => locks(store)),
    ...settle('Folder', () => writable(path)),
    ...settle('Local stage', () => stage(folder)),
  ];
}

function settle(subject: string, check: () => Finding | Finding[]): Finding[] {
  try {
    return [check()].flat();
  } catch (error) {
    return [{ level: 'bad', subject, text: errorLine(error) }];
  }
}

function writable(path: string): Finding {
  checkFolder(path);
  return { level: 'ok', subject: 'Folder', text: `${path} is writable` };
}

export function nodeVersion(version: string): Finding {
  const isEnough = Number(version.split('.')[0]) >= 24;
  return {
    level: isEnough ? 'ok' : 'bad',
    subject: 'Node',
    text: isEnough ? version : `${version}: the functions run on 24; run npm ci`,
  };
}

export function diskSpace({ bavail, bsize }: { bavail: number; bsize: number }): Finding {
  const free = bavail * bsize;
  const text = `${(free / GB).toFixed(1)} GB free`;
  if (free < GB / 10) return { level: 'bad', subject: 'Disk', text: `${text}: make room` };
  return { level: free < GB ? 'odd' : 'ok', subject: 'Disk', text };
}

function packages(clone: string, store: string): Finding {
  checkStore(clone);
  const names = existsSync(store) ? readdirSync(store).filter((name) => /^[\w-]+$/.test(name)) : [];
  const bytes = names
    .flatMap((name) =>
      readdirSync(join(store, name), { recursive: true }).map((file) =>
        join(store, name, String(file)),
      ),
    )
    .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  const size = `${(bytes / 1024 ** 2).toFixed(0)} MB`;
  return {
    level: 'ok',
    subject: 'Packages',
    text: names.length === 0 ? 'none yet' : `${names.length} kept, ${size}, in .local/packages`,
  };
}

/** A lock of a process that ended holds nothing; it is named because it says that something died. */
function locks(store: string): Finding[] {
  if (!existsSync(store)) return [];
  return readdirSync(store)
    .filter((name) => name.endsWith('.lock'))
    .map((name) => {
      const owner = readJson(join(store, name));
      return isAlive(owner)
        ? { level: 'ok', subject: 'Lock', text: `process ${owner.pid} is packaging` }
        : { level: 'odd', subject: 'Lock', text: `${name} is stale: the next start removes it` };
    });
}

function stage(folder: string): Finding {
  const subject = 'Local stage';
  const file = join(localFolder(folder), 'endpoints.json');
  if (!existsSync(file)) return { level: 'ok', subject, text: 'not running' };
  const endpoints = readJson(file) as { aws?: string };
  if (isAlive(endpoints)) {
    const where = endpoints.aws ? `serves on ${endpoints.aws}` : 'is starting';
    return { level: 'ok', subject, text: `process ${endpoints.pid} ${where}` };
  }
  return { level: 'odd', subject, text: `ended without a word: the next start removes ${file}` };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
