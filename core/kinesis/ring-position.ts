import { hash } from 'node:crypto';

/**
 * The first 16 bits of a partition key's MD5: its place on the ring that Kinesis divides among shards.
 * Keys are short, so that MD5 has one block: computed here it takes a fifth of a call into OpenSSL,
 * which costs as much as all checks of an event.
 */
export function ringPositionOf(key: string): number {
  const { length } = key;
  if (length > 55) return Number.parseInt(hash('md5', key, 'hex').slice(0, 4), 16);
  BLOCK.fill(0);
  for (let i = 0; i < length; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 0x7f) return Number.parseInt(hash('md5', key, 'hex').slice(0, 4), 16);
    BLOCK[i >> 2] = (BLOCK[i >> 2] as number) | (unit << ((i & 3) << 3));
  }
  BLOCK[length >> 2] = (BLOCK[length >> 2] as number) | (0x80 << ((length & 3) << 3));
  BLOCK[14] = length << 3;
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let f: number;
    if (round === 0) f = (b & c) | (~b & d);
    else if (round === 1) f = (d & b) | (~d & c);
    else if (round === 2) f = b ^ c ^ d;
    else f = c ^ (b | ~d);
    const sum = (a + f + (SINES[i] as number) + (BLOCK[WORDS[i] as number] as number)) | 0;
    const shift = SHIFTS[(round << 2) | (i & 3)] as number;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  const first = (a + 0x67452301) | 0;
  return ((first & 0xff) << 8) | ((first >>> 8) & 0xff);
}

const BLOCK = new Int32Array(16);
const SHIFTS = Uint8Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
const SINES = Int32Array.from({ length: 64 }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32),
);
/** Which word of the block each step adds (RFC 1321). */
const WORDS = Uint8Array.from({ length: 64 }, (_, i) => {
  const factors = [1, 5, 3, 7];
  const offsets = [0, 1, 5, 0];
  return ((factors[i >> 4] as number) * i + (offsets[i >> 4] as number)) % 16;
});

/** The middle of one of so many equal ranges of the ring, as an explicit hash key. */
export const middleOfRange = (range: number | string, ranges: number | string): string =>
  (((2n * BigInt(range) + 1n) << 127n) / BigInt(ranges)).toString();
