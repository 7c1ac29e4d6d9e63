import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Keys with a prefix in byte order; reads no folder that the prefix rules out. */
export function keysUnder(bucketPath: string, prefix: string): string[] {
  const folder = join(bucketPath, prefix.slice(0, prefix.lastIndexOf('/') + 1));
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(bucketPath, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((key) => key.startsWith(prefix))
    .sort();
}
