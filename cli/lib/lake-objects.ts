import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { StoredObjects } from '../../core/lake/stored-objects.ts';
import { bucketsOf, LOCAL_STAGE } from '../../core/names.ts';
import type { LakeOptions } from './lake-bucket.ts';
import { localFolder } from './local-endpoint.ts';

/** The objects of the stage's lake: the folder of the stage local works without any client of AWS. */
export async function openLakeObjects(options: LakeOptions): Promise<StoredObjects> {
  if (options.stage === LOCAL_STAGE) return inFolder(options);
  const { objectsInBucket } = await import('./lake-bucket.ts');
  return objectsInBucket(options);
}

function inFolder({
  folder,
  bucket = bucketsOf(LOCAL_STAGE, '').lake,
}: LakeOptions): StoredObjects {
  const root = join(localFolder(folder), 'lake', bucket);
  return {
    locationOf: (key) => relative(process.cwd(), join(root, key)),
    async get(key) {
      try {
        return readFileSync(join(root, key));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async list(prefix) {
      const start = join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1));
      try {
        return readdirSync(start, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
          .filter((key) => key.startsWith(prefix))
          .sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
  };
}
