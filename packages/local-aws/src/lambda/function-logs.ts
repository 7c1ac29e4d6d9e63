import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Appends what functions print to `<folder>/<function>.log`. */
export interface FunctionLogs {
  take(functionName: string, output: Readable | null): void;
  close(): void;
}

/** What a full disk does not take is missing in the file; the function and the stage go on. */
export function openFunctionLogs(
  folder: string,
  onError: (error: NodeJS.ErrnoException) => void,
): FunctionLogs {
  const files = new Map<string, number>();
  mkdirSync(folder, { recursive: true });

  function write(name: string, chunk: Buffer): void {
    try {
      const file = files.get(name) ?? openSync(join(folder, `${name}.log`), 'a');
      files.set(name, file);
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    } catch (error) {
      onError(error as NodeJS.ErrnoException);
    }
  }

  return {
    take(name, output) {
      output?.on('data', (chunk: Buffer) => write(name, chunk));
      write(name, Buffer.alloc(0));
    },
    close() {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}
