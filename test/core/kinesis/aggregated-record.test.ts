import { createRandom } from 'seeded-random';
import {
  aggregate,
  isAggregated,
  readAggregated,
} from '../../../core/kinesis/aggregated-record.ts';

/** Made by aws-kinesis-agg 1.2.3 of PyPI: three records, two keys, an explicit hash key. */
const FROM_PYTHON = Buffer.from(
  '84mawgoDcy0xCgNzLTISJzE3MDE0MTE4MzQ2MDQ2OTIzMTczMTY4NzMwMzcxNTg4NDEwNTcyOBoeCAAaGnsic2Vzc2lvbl9pZCI6InMtMSIsIm4iOjF9GiAIARAAGhp7InNlc3Npb25faWQiOiJzLTIiLCJuIjoyfRqIAwgAGoMDeyJzZXNzaW9uX2lkIjoicy0xIiwibiI6IuadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rOadseS6rCJ9Svmn086mChAgNJL5r3hQpA==',
  'base64',
);
/** The example in the documentation of ex_kpl, an implementation in Elixir. */
const FROM_ELIXIR = Buffer.from(
  'f3899ac20a0d706172746974696f6e5f6b65791a0808001a0464617461d03699da5a222fa32108ad1bd955a14e',
  'hex',
);

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('An aggregated record', () => {
  it('of the Python library is taken apart', () => {
    const long = '\u6771\u4eac'.repeat(60);
    const records = readAggregated(FROM_PYTHON)?.map((each) => ({
      ...each,
      data: textOf(each.data),
    }));
    expect(records).toEqual([
      { partitionKey: 's-1', data: '{"session_id":"s-1","n":1}' },
      {
        partitionKey: 's-2',
        explicitHashKey: '170141183460469231731687303715884105728',
        data: '{"session_id":"s-2","n":2}',
      },
      { partitionKey: 's-1', data: `{"session_id":"s-1","n":"${long}"}` },
    ]);
  });

  it('of the Elixir library is taken apart', () => {
    const [record] = readAggregated(FROM_ELIXIR) ?? [];
    expect(record?.partitionKey).toBe('partition_key');
    expect(textOf(record?.data ?? Buffer.alloc(0))).toBe('data');
  });

  it('is written as the other libraries write it', () => {
    expect(aggregate([{ partitionKey: 'partition_key', data: Buffer.from('data') }])).toEqual(
      FROM_ELIXIR,
    );
    expect(aggregate(readAggregated(FROM_PYTHON) ?? [])).toEqual(FROM_PYTHON);
  });

  it('comes back from its bytes, whatever the sizes', () => {
    const random = createRandom(1);
    for (let round = 0; round < 50; round++) {
      const records = Array.from({ length: random.int(1, 300) }, (_, i) => ({
        partitionKey: `key-${random.int(0, 200)}`,
        ...(random.chance(0.2) && { explicitHashKey: String(random.int(0, 2 ** 30)) }),
        data: Buffer.alloc(random.int(0, 3_000), i),
      }));
      // As text: comparing buffers byte by byte takes Jest half a minute.
      const read = readAggregated(aggregate(records)) ?? [];
      const asText = (all: typeof read) =>
        all.map((each) => ({ ...each, data: Buffer.from(each.data).toString('latin1') }));
      expect(asText(read)).toEqual(asText(records));
    }
  });

  it('is distinguished from any JSON by its first bytes', () => {
    expect(isAggregated(FROM_PYTHON)).toBe(true);
    expect(isAggregated(Buffer.from('{"session_id":"a1","country":"USA"}'))).toBe(false);
    // However short: cut so far it is a damaged one, and no text either.
    expect(isAggregated(FROM_PYTHON.subarray(0, 4))).toBe(true);
  });

  it('is taken apart with a field of 64 bits that a later version might add', async () => {
    const message = Buffer.concat([
      FROM_PYTHON.subarray(4, -16),
      Buffer.from('58ffffffffffffffffff01', 'hex'),
    ]);
    const { createHash } = await import('node:crypto');
    const sum = createHash('md5').update(message).digest();
    const record = Buffer.concat([FROM_PYTHON.subarray(0, 4), message, sum]);
    expect(readAggregated(record)).toHaveLength(3);
  });

  it.each([
    // A number where the format has a key, a key where it has a number, a double where it has data.
    ['08050a016b1a060800 1a0261620a027a7a', '6162'],
    ['0a016b1a0908001a0261620a017a', '6162'],
    ['0a016b1a0f08001a0261621900000000000000ff', '6162'],
  ])('knows its fields by their wire types too, as protobuf does (%#)', async (hex, data) => {
    const message = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const { createHash } = await import('node:crypto');
    const sum = createHash('md5').update(message).digest();
    const record = Buffer.concat([FROM_PYTHON.subarray(0, 4), message, sum]);
    const [read] = readAggregated(record) ?? [];
    expect(read).toMatchObject({ partitionKey: 'k' });
    expect(Buffer.from(read?.data ?? []).toString('hex')).toBe(data);
  });

  it('is rejected whole wherever a byte is changed or missing', () => {
    for (let i = 0; i < FROM_PYTHON.length; i++) {
      const changed = Buffer.from(FROM_PYTHON);
      changed[i] = (changed[i] as number) ^ 1;
      expect(readAggregated(changed)).toBeUndefined();
      expect(readAggregated(FROM_PYTHON.subarray(0, i))).toBeUndefined();
    }
  });

  it.each([
    ['holds nothing', Buffer.alloc(0)],
    ['names a key that is not there', Buffer.from('1a0408051a00', 'hex')],
    ['has a record without data', Buffer.from('0a01611a020800', 'hex')],
    ['ends in the middle of a field', Buffer.from('0aff', 'hex')],
    ['has a varint without an end', Buffer.from('ffffffffffffffffffffff', 'hex')],
    ['has a field of number 0', Buffer.from('0a016b1a0608001a0261620000', 'hex')],
    ['has a group, which the format does not know', Buffer.from('0b0c', 'hex')],
  ])('is rejected where its message, with the right sum, %s', async (_, message) => {
    const { createHash } = await import('node:crypto');
    const sum = createHash('md5').update(message).digest();
    const record = Buffer.concat([FROM_PYTHON.subarray(0, 4), message, sum]);
    expect(readAggregated(record)).toBeUndefined();
  });
});
