import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Replaces a file as a whole: a reader sees the old content or the new, whenever this process ends. */
export function replaceFile(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, content);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    // That of a write names no file.
    throw Object.assign(error as Error, { path: file });
  }
}
