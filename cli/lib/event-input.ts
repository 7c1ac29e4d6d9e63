import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidInput } from '../../core/errors.ts';
import { readLines } from '../../core/terminal/lines.ts';

/** Where events come from: `--json`, a file, or standard input. */
export interface EventSource {
  readonly json?: string;
  /** `-` is standard input. */
  readonly file?: string;
}

export interface EventInput {
  readonly bytes: Readable;
  /** In bytes; missing for a stream. */
  readonly size?: number;
}

export function openInput({ json, file }: EventSource): EventInput {
  if (json !== undefined) return { bytes: Readable.from([Buffer.from(json)]) };
  if (file !== undefined && file !== '-') {
    try {
      const stat = statSync(file);
      if (stat.isDirectory()) throw new InvalidInput(`--file ${file} is a folder`);
      return { bytes: createReadStream(file), ...(stat.isFile() && { size: stat.size }) };
    } catch (cause) {
      if (cause instanceof InvalidInput) throw cause;
      throw new InvalidInput(`--file ${file} cannot be read: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
  if (process.stdin.isTTY && file === undefined) {
    throw new InvalidInput('Nothing to send: give --json, --file, or events on standard input');
  }
  return { bytes: process.stdin };
}

/**
 * The lines of an input, gzip recognised by its first bytes. `onBytes` counts the bytes of the
 * input, compressed ones as such.
 */
export function readEventLines(
  input: EventInput,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): ReturnType<typeof readLines> {
  return readLines(unpacked(counted(input.bytes, onBytes)), maxBytes);
}

async function* counted(
  bytes: Readable,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onBytes(chunk.length);
    yield chunk;
  }
}

async function* unpacked(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { value: first } = await chunks.next();
  if (first === undefined) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first as Uint8Array;
    yield* chunks;
  }
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  if (!isGzip) return yield* all();
  const gunzip = createGunzip();
  const packed = Readable.from(all());
  packed.on('error', (error) => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip);
  } catch (cause) {
    if (!(cause as { code?: string }).code?.startsWith('Z_')) throw cause;
    throw new InvalidInput(`The gzip input is damaged: ${(cause as Error).message}`, { cause });
  }
}
