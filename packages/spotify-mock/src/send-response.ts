import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Outcome, WireFault } from './fault-injector.ts';
import { encode } from './page-faults.ts';
import type { ApiResponse } from './responses.ts';

const BLANKS = Buffer.alloc(64 * 1024, ' ');
/** An endless body ends after this, should its reader never leave. */
const LONGEST_BODY_MS = 120_000;

/** Writes a response, in whole or as a fault of the wire has it. */
export function sendResponse(
  to: ServerResponse,
  { response, wire }: Pick<Outcome, 'response' | 'wire'>,
): Promise<void> | void {
  const bytes =
    typeof response.body === 'string' ? Buffer.from(response.body) : encode(response.body);
  if (!wire) return void send(to, response, bytes);
  return sendFaulty(to, response, bytes, wire);
}

function send(to: ServerResponse, response: ApiResponse, bytes: Buffer, headers: object = {}) {
  to.writeHead(response.status, { ...headersOf(response, bytes.length), ...headers });
  to.end(bytes);
}

function headersOf({ body, headers }: ApiResponse, length: number): Record<string, string> {
  const isPlain = typeof body === 'string';
  return {
    'Content-Type': isPlain ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Length': String(length),
    ...headers,
  };
}

async function sendFaulty(
  to: ServerResponse,
  response: ApiResponse,
  bytes: Buffer,
  wire: WireFault,
): Promise<void> {
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const { 'Content-Length': _, ...withoutLength } = headersOf(response, 0);
  switch (wire.kind) {
    case 'truncated':
      return send(to, response, half);
    case 'drop':
      if (wire.when === 'before') return void to.destroy();
      to.writeHead(response.status, headersOf(response, bytes.length));
      return void to.write(half, () => to.destroy());
    case 'gzip':
      return send(to, response, gzipSync(bytes), { 'Content-Encoding': 'gzip' });
    case 'wrong-length': {
      // Past node's own check: it would not write a body of another length.
      const announced = Math.max(0, bytes.length + wire.delta);
      const head = Object.entries(headersOf(response, announced));
      const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      to.socket?.write(`HTTP/1.1 ${response.status} OK\r\n${lines}Connection: close\r\n\r\n`);
      to.socket?.write(bytes.subarray(0, announced));
      // What is too much comes later: the caller has taken the body for whole by then.
      await sleep(20, undefined, { ref: false });
      return void to.socket?.end(bytes.subarray(announced));
    }
    case 'slow-body': {
      to.writeHead(response.status, headersOf(response, bytes.length));
      const parts = 10;
      const size = Math.ceil(bytes.length / parts);
      for (let from = 0; from < bytes.length && !to.destroyed; from += size) {
        to.write(bytes.subarray(from, from + size));
        await sleep(wire.ms / parts, undefined, { ref: false });
      }
      return void to.end();
    }
    case 'endless-chunks': {
      to.writeHead(response.status, withoutLength);
      to.write(half);
      const end = Date.now() + LONGEST_BODY_MS;
      while (!to.destroyed && Date.now() < end) {
        to.write(' ');
        await sleep(20, undefined, { ref: false });
      }
      return void to.destroy();
    }
    case 'huge-body': {
      to.writeHead(response.status, withoutLength);
      // The caller may hang up in the middle, which is what this fault is for.
      await pipeline(Readable.from(blanksBefore(bytes, wire.bytes)), to).catch(() => {});
      return;
    }
  }
}

/** As many blanks as make `total` bytes of the body, then the body. */
function* blanksBefore(body: Buffer, total: number): Generator<Buffer> {
  for (let left = total - body.length; left > 0; left -= BLANKS.length) {
    yield BLANKS.subarray(0, Math.min(left, BLANKS.length));
  }
  yield body;
}
