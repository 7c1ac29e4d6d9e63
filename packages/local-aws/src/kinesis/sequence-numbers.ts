import { createHash } from 'node:crypto';
import kinesaliteDb, { type HashKey, type Sequence } from 'kinesalite/db/index.js';

/** Kinesis' own numbers since 2014: hexadecimal 2, seconds of the shard's creation, …, 2. */
const DECIMAL = /^\d{56}$/;
const VERSION_2 = /^2[\da-f]{45}2$/;
const MAX_CREATE_SECONDS = 16_025_175_000;

const { parseSequence, stringifySequence } = kinesaliteDb;

/**
 * kinesalite reads and writes a sequence number with bignumber.js, which took a fifth of the CPU of a stage that
 * streams. What is not as Kinesis numbers records today is left to kinesalite.
 */
export function useNativeIntegers(): void {
  Object.assign(kinesaliteDb, {
    parseSequence: parse,
    stringifySequence: stringify,
    incrementSequence,
    partitionKeyToHashKey,
  });
}

function parse(text: string): Sequence {
  const hex = DECIMAL.test(text) ? BigInt(text).toString(16) : '';
  const createSeconds = Number.parseInt(hex.slice(1, 10), 16);
  const seqIx = BigInt(`0x${hex.slice(11, 27) || 0}`);
  const shardIx = Number.parseInt(hex.slice(38, 46), 16);
  const isUsual =
    VERSION_2.test(hex) &&
    createSeconds < MAX_CREATE_SECONDS &&
    seqIx < 2n ** 63n &&
    shardIx < 2 ** 31;
  if (!isUsual) return parseSequence(text);
  return {
    shardCreateTime: createSeconds * 1_000,
    seqIx: seqIx.toString(),
    byte1: hex.slice(27, 29),
    seqTime: Number.parseInt(hex.slice(29, 38), 16) * 1_000,
    shardIx,
    version: 2,
  };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const hexOf = (value: number | bigint, digits: number) =>
  value.toString(16).padStart(digits, '0').slice(-digits);

function stringify(sequence: Sequence): string {
  const { shardCreateTime, seqIx = 0, seqTime, byte1, shardIx = 0, version = 2 } = sequence;
  const index = isCount(seqIx) || /^\d+$/.test(String(seqIx)) ? BigInt(seqIx) : undefined;
  const time = seqTime || shardCreateTime;
  const isUsual = version === 2 && isCount(shardIx) && isCount(shardCreateTime) && isCount(time);
  if (!isUsual || index === undefined) return stringifySequence(sequence);
  const hex = [
    '2',
    hexOf(Math.floor(shardCreateTime / 1_000), 9),
    hexOf(shardIx, 1),
    hexOf(index, 16),
    byte1 || '00',
    hexOf(Math.floor(time / 1_000), 9),
    hexOf(shardIx, 8),
    '2',
  ];
  return BigInt(`0x${hex.join('')}`).toString();
}

function incrementSequence(from: string | Sequence, time?: number | null): string {
  const { shardCreateTime, seqIx, seqTime, shardIx } =
    typeof from === 'string' ? parse(from) : from;
  // Numbers of version 0 have no time of their own.
  const next = time || (seqTime === undefined ? undefined : seqTime + 1_000);
  return stringify({ shardCreateTime, seqIx, seqTime: next, shardIx });
}

/** Where a record's key is on the ring; a write compares it with the limits of each shard. */
function partitionKeyToHashKey(key: string): HashKey {
  const position = BigInt(`0x${createHash('md5').update(key, 'utf8').digest('hex')}`);
  return {
    comparedTo(limit) {
      const other = BigInt(limit);
      return position < other ? -1 : position > other ? 1 : 0;
    },
  };
}
