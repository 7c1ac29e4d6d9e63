import { closeSync, mkdtempSync, openSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Throws the error that writing to the file, or into the folder, would throw. */
export function tryToWrite(path: string): void {
  if (statSync(path).isDirectory()) rmdirSync(mkdtempSync(join(path, '.try-to-write-')));
  else closeSync(openSync(path, 'r+'));
}

export function isWritable(path: string): boolean {
  try {
    tryToWrite(path);
    return true;
  } catch {
    return false;
  }
}
