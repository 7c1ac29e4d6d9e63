import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { replaceFile } from 'local-aws/replace-file.ts';
import { isAlive, ownIdentity } from './process-identity.ts';

export interface Claim {
  /** Process that holds the file; undefined when this one does now. */
  readonly owner: number | undefined;
  /** Writes more beside the identity of this process. */
  write(content: object): void;
  release(): void;
}

/** Claims a file for this process, unless a living one holds it. */
export function claimFile(file: string): Claim {
  const mine = ownIdentity();
  const content = (more: object) => `${JSON.stringify({ ...more, ...mine }, null, 2)}\n`;
  const own: Claim = {
    owner: undefined,
    write: (more) => replaceFile(file, content(more)),
    release: () => rmSync(file, { force: true }),
  };
  // Linked into place whole: nobody ever reads a file that is still empty.
  const draft = `${file}.${mine.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    writeFileSync(draft, content({}));
    for (;;) {
      try {
        linkSync(draft, file);
        return own;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = ownerOf(file);
      if (owner !== undefined) return { ...own, owner, release: () => {} };
      discard(file, `${draft}.old`);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes what a dead process left, unless another process has just put its own claim there. */
function discard(file: string, old: string): void {
  try {
    renameSync(file, old);
    if (ownerOf(old) !== undefined) linkSync(old, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(old, { force: true });
  }
}

function ownerOf(file: string): number | undefined {
  try {
    const identity: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isAlive(identity) ? identity.pid : undefined;
  } catch {
    return undefined;
  }
}
