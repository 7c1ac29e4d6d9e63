import { createHash } from 'node:crypto';

/**
 * The format in which the Kinesis Producer Library and its relatives pack many records into one: four
 * magic bytes, a protobuf message, the MD5 of the message
 * (github.com/awslabs/amazon-kinesis-producer, aggregation-format.md). Read here without a library: the
 * one on npm brings an outdated protobufjs and a third of a bundle's size for a message of two levels.
 */
const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const MD5_BYTES = 16;

// Wire types that occur, and the fields as tags: a number of another type is another field to protobuf.
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;
const PARTITION_KEYS = 1 * 8 + BYTES;
const EXPLICIT_HASH_KEYS = 2 * 8 + BYTES;
const RECORDS = 3 * 8 + BYTES;
const KEY_INDEX = 1 * 8 + VARINT;
const HASH_KEY_INDEX = 2 * 8 + VARINT;
const DATA = 3 * 8 + BYTES;

/** One of the records inside. */
export interface UserRecord {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Uint8Array;
}

export function isAggregated(bytes: Uint8Array): boolean {
  // The first byte alone tells it from JSON; no UTF-8 begins with all four.
  if (bytes[0] !== MAGIC[0]) return false;
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** The records inside, in their order, as views of `bytes`; undefined where it is damaged or empty. */
export function readAggregated(bytes: Uint8Array): UserRecord[] | undefined {
  if (bytes.length <= MAGIC.length + MD5_BYTES) return undefined;
  const message = bytes.subarray(MAGIC.length, bytes.length - MD5_BYTES);
  const sum = createHash('md5').update(message).digest();
  if (!isAggregated(bytes) || !sum.equals(bytes.subarray(bytes.length - MD5_BYTES))) {
    return undefined;
  }
  try {
    const records = readMessage(message);
    return records.length > 0 ? records : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readMessage(message: Uint8Array): UserRecord[] {
  const keys: string[] = [];
  const hashKeys: string[] = [];
  const records: Uint8Array[] = [];
  for (const { tag, bytes } of fieldsOf(message)) {
    if (tag === PARTITION_KEYS) keys.push(textOf(bytes));
    else if (tag === EXPLICIT_HASH_KEYS) hashKeys.push(textOf(bytes));
    else if (tag === RECORDS) records.push(bytes);
  }
  return records.map((record) => readRecord(record, keys, hashKeys));
}

function readRecord(record: Uint8Array, keys: string[], hashKeys: string[]): UserRecord {
  let keyIndex = -1;
  let hashKeyIndex = -1;
  let data: Uint8Array | undefined;
  for (const { tag, bytes, value } of fieldsOf(record)) {
    if (tag === KEY_INDEX) keyIndex = value;
    else if (tag === HASH_KEY_INDEX) hashKeyIndex = value;
    else if (tag === DATA) data = bytes;
  }
  const partitionKey = keys[keyIndex];
  const explicitHashKey = hashKeys[hashKeyIndex];
  if (partitionKey === undefined || data === undefined) throw new RangeError('incomplete record');
  if (hashKeyIndex >= 0 && explicitHashKey === undefined) throw new RangeError('no such hash key');
  return { partitionKey, data, ...(explicitHashKey !== undefined && { explicitHashKey }) };
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

const NOTHING = new Uint8Array();

/** The fields of a protobuf message; throws RangeError where it is cut or has a wire type of no use here. */
function* fieldsOf(
  message: Uint8Array,
): Generator<{ tag: number; bytes: Uint8Array; value: number }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    // Ten bytes, as of a field that a later version adds; beyond 2^53 the value is no index or length anyway.
    for (let factor = 1; factor <= 128 ** 9; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError('no varint');
  };
  while (at < message.length) {
    const tag = varint();
    if (tag < 8) throw new RangeError('no field');
    const type = tag % 8;
    if (type === VARINT) yield { tag, bytes: NOTHING, value: varint() };
    else {
      const lengths: Record<number, () => number> = {
        [BYTES]: varint,
        [FIXED_64]: () => 8,
        [FIXED_32]: () => 4,
      };
      const length = lengths[type]?.();
      if (length === undefined || at + length > message.length) throw new RangeError('cut');
      yield { tag, bytes: message.subarray(at, at + length), value: -1 };
      at += length;
    }
  }
}

/** Packs records into one, each partition key once. Its own partition key is the caller's choice. */
export function aggregate(records: readonly UserRecord[]): Buffer {
  const keys = new Map<string, number>();
  const hashKeys = new Map<string, number>();
  const indexOf = (table: Map<string, number>, key: string): number => {
    const index = table.get(key) ?? table.size;
    table.set(key, index);
    return index;
  };
  const inner = records.map(({ partitionKey, explicitHashKey, data }) =>
    Buffer.concat([
      varintOf(KEY_INDEX),
      varintOf(indexOf(keys, partitionKey)),
      ...(explicitHashKey === undefined
        ? []
        : [varintOf(HASH_KEY_INDEX), varintOf(indexOf(hashKeys, explicitHashKey))]),
      fieldOf(DATA, data),
    ]),
  );
  const message = Buffer.concat([
    ...[...keys.keys()].map((key) => fieldOf(PARTITION_KEYS, Buffer.from(key))),
    ...[...hashKeys.keys()].map((key) => fieldOf(EXPLICIT_HASH_KEYS, Buffer.from(key))),
    ...inner.map((record) => fieldOf(RECORDS, record)),
  ]);
  return Buffer.concat([MAGIC, message, createHash('md5').update(message).digest()]);
}

const fieldOf = (tag: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([varintOf(tag), varintOf(bytes.length), bytes]);

function varintOf(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
