import kinesaliteDb from 'kinesalite/db/index.js';
import { createRandom } from 'seeded-random';
import { useNativeIntegers } from '../../src/kinesis/sequence-numbers.ts';

const own = { ...kinesaliteDb };
useNativeIntegers();
const native = { ...kinesaliteDb };

const outcomeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return `throws ${(error as Error).message}`;
  }
};

const random = createRandom(1);
const sequences = Array.from({ length: 500 }, () => ({
  shardCreateTime: random.int(0, 2_000_000_000) * 1_000 + random.int(0, 999),
  seqIx: random.chance(0.5) ? random.int(0, 5_000) : String(random.int(0, 2 ** 31) * 2 ** 20),
  seqTime: random.chance(0.1) ? undefined : random.int(0, 2_000_000_000) * 1_000,
  shardIx: random.chance(0.1) ? undefined : random.int(0, 200),
  byte1: random.chance(0.5) ? undefined : '7f',
}));
const closing = { shardCreateTime: 1_700_000_000_000, seqIx: String(2n ** 63n - 1n), shardIx: 3 };

describe('A sequence number', () => {
  it.each([
    ['today', undefined],
    ['of version 2', 2],
    ['of version 1', 1],
    ['of version 0', 0],
    ['of a version that there is not', 7],
  ])('%s is what kinesalite makes of it', (_, version) => {
    for (const sequence of [...sequences, closing, { ...closing, shardIx: -1 }]) {
      const full = { ...sequence, version };
      const expected = outcomeOf(() => own.stringifySequence(full));
      expect(outcomeOf(() => native.stringifySequence(full))).toBe(expected);
      const text = String(expected);
      const parsed = outcomeOf(() => own.parseSequence(text));
      expect(outcomeOf(() => native.parseSequence(text))).toEqual(parsed);
      for (const time of [undefined, null, 1_800_000_000_000]) {
        expect(outcomeOf(() => native.incrementSequence(text, time))).toBe(
          outcomeOf(() => own.incrementSequence(text, time)),
        );
      }
    }
  });

  const digits = (seed: number) => {
    const { int } = createRandom(seed);
    return Array.from({ length: 55 }, () => int(0, 9)).join('');
  };
  it.each([
    '',
    '0',
    'x',
    '12',
    '1e55',
    '-1',
    String(2n ** 185n),
    String(2n ** 185n + 2n),
    String(3n * 2n ** 184n - 14n),
    String(3n * 2n ** 184n + 2n),
    String(2n ** 186n),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => `5${digits(seed)}`),
    // Later than kinesalite takes for a date, an index too high, and a negative shard.
    ...['2fffffffff', '2066666666', '20666666660f'].map((start) =>
      String(BigInt(`0x${start.padEnd(46, '0')}2`)),
    ),
    String(BigInt(`0x2065f0000000${'0'.repeat(26)}ffffffff2`)),
  ])('that somebody made up, %s, is taken or rejected as kinesalite does', (text) => {
    expect(outcomeOf(() => native.parseSequence(text))).toEqual(
      outcomeOf(() => own.parseSequence(text)),
    );
  });
});

it('A partition key is where kinesalite puts it between the limits of shards', () => {
  const limits = [0n, 1n, 2n ** 127n - 1n, 2n ** 127n, 2n ** 128n - 1n].map(String);
  for (const key of [
    '',
    'a',
    'session-1',
    'ü'.repeat(200),
    ...sequences.map(({ seqIx }) => `${seqIx}`),
  ]) {
    const [mine, theirs] = [native.partitionKeyToHashKey(key), own.partitionKeyToHashKey(key)];
    const itself = BigInt(theirs.toFixed?.() ?? '').toString();
    expect(mine.comparedTo(itself)).toBe(0);
    for (const limit of limits) expect(mine.comparedTo(limit)).toBe(theirs.comparedTo(limit));
  }
});
