import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Neither part of the service nor small. */
const LEFT_OUT = ['.git', '.local', '.serverless', '.esbuild', 'node_modules', 'coverage'];

/**
 * Copies the service into `target` with one plugin more, so that the check deploys what a person
 * deploys: the framework takes a plugin by the configuration alone.
 */
export function copyService(root: string, target: string, plugin: string): void {
  rmSync(target, { recursive: true, force: true });
  // `target` is below `root`, which cpSync refuses to copy as a whole.
  for (const name of readdirSync(root)) {
    if (LEFT_OUT.includes(name)) continue;
    cpSync(join(root, name), join(target, name), {
      recursive: true,
      filter: (source) => !LEFT_OUT.includes(basename(source)),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  const file = join(target, 'serverless.yml');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/^plugins:\n/m, `plugins:\n  - ${plugin}\n`);
  if (changed === text) throw new Error('serverless.yml has no list of plugins to add to');
  writeFileSync(file, changed);
}
