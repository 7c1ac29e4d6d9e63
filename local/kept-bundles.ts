import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The bundles of the functions are the same for each stage and setting: what one package built, the next
 * one of the same sources takes (`skipBuild` in serverless.yml).
 */
export function takeBundles(kept: string, work: string): boolean {
  if (!existsSync(kept)) return false;
  copyBundles(kept, join(work, '.serverless'));
  return true;
}

export function keepBundles(work: string, kept: string): void {
  if (existsSync(kept)) return;
  copyBundles(join(work, '.serverless'), join(work, 'bundles'));
  try {
    renameSync(join(work, 'bundles'), kept);
  } catch (error) {
    // Another stage of the same sources was faster.
    if (!existsSync(kept)) throw error;
  }
}

function copyBundles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.endsWith('.zip')) copyFileSync(join(from, name), join(to, name));
  }
}
