import { closeSync, existsSync, mkdtempSync, openSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Throws the error that writing to the file, or into the folder, would throw. */
export function tryToWrite(path: string): void {
  if (statSync(path).isDirectory()) tryFolder(path);
  else closeSync(openSync(path, 'r+'));
}

/** As `tryToWrite`, into a folder that may still have to be made. */
export function tryToWriteInto(folder: string): void {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  tryFolder(existing);
}

const tryFolder = (folder: string): void => rmdirSync(mkdtempSync(join(folder, '.try-to-write-')));

export function isWritable(path: string): boolean {
  try {
    tryToWrite(path);
    return true;
  } catch {
    return false;
  }
}
