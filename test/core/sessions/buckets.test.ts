import { createHash } from 'node:crypto';
import { ringPositionOf } from '../../../core/kinesis/ring-position.ts';
import {
  bucketKey,
  bucketsFor,
  createBucketOf,
  hashKeyOf,
} from '../../../core/sessions/buckets.ts';

const sessions = Array.from({ length: 5_000 }, (_, i) => `s-${i}`);

/** The shard of a uniformly divided stream that holds this position of the ring. */
const shardOf = (hashKey: bigint, shards: number) => Number((hashKey * BigInt(shards)) >> 128n);
const md5Of = (key: string) => BigInt(`0x${createHash('md5').update(key).digest('hex')}`);

/** Where a session's events go in a stream of so many shards, written by one that knows of others. */
function shardBehind(session: string, buckets: number, shards: number): number {
  const key = bucketKey('usa', createBucketOf(buckets)(session), buckets);
  return shardOf(BigInt(hashKeyOf(key) as string), shards);
}

describe('Buckets of sessions', () => {
  it('are a power of two, twice the shards and more', () => {
    expect([1, 2, 3, 4, 8, 100, 200, 500].map(bucketsFor)).toEqual([
      4, 4, 8, 8, 16, 256, 512, 1_024,
    ]);
  });

  it('spread sessions evenly over the shards', () => {
    for (const shards of [2, 4, 8, 16]) {
      const loads = new Array(shards).fill(0);
      for (const session of sessions) loads[shardBehind(session, bucketsFor(shards), shards)]++;
      expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.5);
    }
  });

  it('of one source shard are few, however many there are', () => {
    const shards = 64;
    const bucketOf = createBucketOf(bucketsFor(shards));
    for (const shard of [0, 17, 63]) {
      const here = sessions.filter((session) => shardOf(md5Of(session), shards) === shard);
      expect(new Set(here.map(bucketOf)).size).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    [2, 4],
    [4, 8],
    [8, 16],
    [128, 256],
    [8, 4],
    [256, 128],
  ])(
    'keep a session in its shard or the shards that came of it, from %i to %i shards',
    (from, to) => {
      const isDescendant = (shard: number, of: number) =>
        to > from ? Math.floor((shard * from) / to) === of : shard === Math.floor((of * to) / from);
      const strayed = sessions.filter((session) => {
        // Either the stream is resharded first, or its writer learns of it first.
        const before = shardBehind(session, bucketsFor(from), from);
        const streamFirst = shardBehind(session, bucketsFor(from), to);
        const writerFirst = shardBehind(session, bucketsFor(to), from);
        const after = shardBehind(session, bucketsFor(to), to);
        // Were `after` and `streamFirst` different shards, a later event could overtake an earlier one.
        return (
          writerFirst !== before || !isDescendant(streamFirst, before) || after !== streamFirst
        );
      });
      expect(strayed).toEqual([]);
    },
  );

  it('have a place on the ring under their own keys alone', () => {
    expect(hashKeyOf('usa-0-of-1')).toBe((1n << 127n).toString());
    expect(hashKeyOf('usa-west-3-of-4')).toBe((7n << 125n).toString());
    for (const key of ['session-1', 'usa-4-of-4', 'a-1-of-0', '']) {
      expect(hashKeyOf(key)).toBeUndefined();
    }
  });
});

it('The place of a key on the ring is that of its MD5, whatever the key', () => {
  const keys = [
    '',
    'a',
    's-1',
    'ü',
    '東京',
    'x'.repeat(55),
    'x'.repeat(56),
    'x'.repeat(256),
    '\u007f\u0080',
  ];
  for (let i = 0; i < 3_000; i++) keys.push(`session-${i.toString(36)}`, 'k'.repeat(i % 60));
  expect(keys.map(ringPositionOf)).toEqual(keys.map((key) => Number(md5Of(key) >> 112n)));
});
