import cbor from 'cbor';
import type { RawResponse } from '../gateway/gateway.ts';

/** What the SDK for Java sends, and so the Kinesis Client Library, Flink and Spark. */
export const CBOR_TYPE = 'application/x-amz-cbor-1.1';

/** Blobs are bytes there, and times are milliseconds since 1970 under this tag; in JSON base64 and seconds. */
const TIME = 1;

export function jsonOfCbor(body: Buffer): Buffer {
  const tags = { [TIME]: (ms: number) => ms / 1_000 };
  return Buffer.from(JSON.stringify(withoutBytes(cbor.decodeFirstSync(body, { tags }))));
}

function withoutBytes(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  return mapFields(value, (_, each) => withoutBytes(each));
}

export function cborOfJson({ status, headers, body }: RawResponse): RawResponse {
  if (body.length === 0) return { status, headers, body };
  const content = cbor.encodeOne(withBytes(JSON.parse(body.toString())), {
    // The library drops what is beyond it.
    highWaterMark: 2 * body.length + 64,
  });
  const length = String(content.length);
  return {
    status,
    headers: { ...headers, 'content-type': CBOR_TYPE, 'content-length': length },
    body: content,
  };
}

function withBytes(value: unknown, name = ''): unknown {
  if (name === 'Data' && typeof value === 'string') return Buffer.from(value, 'base64');
  if (name.endsWith('Timestamp') && typeof value === 'number') {
    return new cbor.Tagged(TIME, Math.round(value * 1_000));
  }
  return mapFields(value, (field, each) => withBytes(each, field));
}

function mapFields(value: unknown, map: (field: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => map('', each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(name, each)]));
}
