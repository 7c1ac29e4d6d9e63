import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps the bundles of the functions in `kept`: they are the same for each stage and setting. What one package
 * built, the next one of the same sources takes (resources/serverless-esbuild.cjs).
 */
export function keepBundles(work: string, kept: string): void {
  const built = join(work, '.serverless');
  const copy = join(work, 'bundles');
  mkdirSync(copy);
  for (const name of readdirSync(built)) {
    if (name.endsWith('.zip')) copyFileSync(join(built, name), join(copy, name));
  }
  try {
    renameSync(copy, kept);
  } catch (error) {
    // Another stage of the same sources was faster.
    if (!existsSync(kept)) throw error;
  }
}
