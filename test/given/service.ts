import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { withPackage } from '../../local/packaging.ts';
import { readService, type Service } from '../../local/service.ts';

const root = resolve(import.meta.dirname, '../..');
const store = join(root, '.local/test');
const inputs = [
  'functions',
  'statemachines',
  'resources',
  'queries',
  'serverless.yml',
  'package-lock.json',
];

/**
 * The service as `sls package --stage local` makes it, packaged once for each content of its sources:
 * test files that run side by side wait for the first one.
 */
export async function givenService(): Promise<Service> {
  return readService(await givenPackage('local'));
}

/** A folder with the `.serverless` of a stage. */
export async function givenPackage(stage: string): Promise<string> {
  const folder = join(store, `${stage}-${hashOf(inputs)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(store, { recursive: true });
  await withPackage(root, { stage }, () => {
    // Another test file may have been quicker.
    if (existsSync(folder)) return;
    const unfinished = mkdtempSync(join(store, 'unfinished-'));
    cpSync(join(root, '.serverless'), join(unfinished, '.serverless'), { recursive: true });
    renameSync(unfinished, folder);
  });
  return folder;
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else {
      hash.update(path).update(readFileSync(path));
    }
  };
  for (const path of paths) add(join(root, path));
  return hash.digest('hex').slice(0, 16);
}
