import { createRandom } from 'seeded-random';
import { createEvents } from '../../../bench/sessions/events.ts';
import { PACKING, packRecords, splitRecord } from '../../../core/sessions/pack-records.ts';

const KB = 1024;
const event = (partitionKey: string, text: string) => ({ partitionKey, data: Buffer.from(text) });
const sized = (partitionKey: string, bytes: number, mark = 'x') =>
  event(partitionKey, `{"${mark.repeat(bytes - 6)}":1}`.slice(0, bytes));
const texts = (data: Uint8Array) => splitRecord(data).map(String);

/** What Firehose bills for these records: each rounded up to 5 KB. */
const billed = (records: readonly { data: Buffer }[]) =>
  records.reduce((sum, { data }) => sum + Math.ceil(data.length / (5 * KB)) * 5 * KB, 0);

describe('Packed records', () => {
  it('are lines of JSON, each ended by a line feed, and come apart again', () => {
    const [record] = packRecords([event('a', '{"n":1}'), event('a', '{"n":2}')]);
    expect(record?.data.toString()).toBe('{"n":1}\n{"n":2}\n');
    expect(texts(record?.data ?? Buffer.alloc(0))).toEqual(['{"n":1}', '{"n":2}']);
    expect(texts(Buffer.from('{"n":3}'))).toEqual(['{"n":3}']);
    expect(texts(Buffer.alloc(0))).toEqual([]);
  });

  it('have no empty lines when events bring line ends along, and keep all other white space', () => {
    const events = ['{"n":1}\n', ' {"n":2} \r\n', '{"n":3}\n \n', '{"n":4} '].map((text) =>
      event('a', text),
    );
    expect(packRecords(events)[0]?.data.toString()).toBe('{"n":1}\n {"n":2} \n{"n":3}\n{"n":4} \n');
  });

  it('are filled as far as they may be, and never end on a small rest', () => {
    const sizesOf = (count: number) =>
      packRecords(Array.from({ length: count }, () => sized('a', 1 * KB))).map(
        ({ data }) => data.length,
      );
    const [first, second, ...rest] = sizesOf(511) as [number, number];
    expect(rest).toEqual([]);
    expect(first).toBeGreaterThan(PACKING.maxBytes - 2 * KB);
    // 255 in each, and one more that would have been a record of 1 KB.
    expect(second - first).toBe(1 * KB + 1);
    expect(sizesOf(520).map((size) => Math.round(size / KB))).toEqual([255, 255, 10]);
  });

  it('obey other sizes, too', () => {
    const events = Array.from({ length: 20 }, () => sized('a', 1_000));
    const small = packRecords(events, { minBytes: 5 * KB, maxBytes: 6 * KB, buckets: 1 });
    expect(small.map(({ data }) => Math.round(data.length / 1_000))).toEqual([6, 6, 8]);
    const single = packRecords(events, { minBytes: 0, maxBytes: 0, buckets: 1 });
    expect(single).toHaveLength(20);
  });

  it('leave an event alone that is larger than a record should be', () => {
    const events = [sized('a', 100), sized('a', 1_000 * KB - 1), sized('a', 100)];
    const sizes = packRecords(events).map(({ data }) => data.length);
    expect(sizes).toEqual([101, 1_000 * KB, 101]);
  });

  it('hold each event once, and those of a session in their order under one key', () => {
    const random = createRandom(5).next;
    const events = Array.from({ length: 20_000 }, (_, i) =>
      event(
        `session-${Math.floor(random() ** 3 * 700)}`,
        `{"i":${i},"x":"${'y'.repeat(random() * 900)}"}`,
      ),
    );
    const records = packRecords(events);
    const keyOf = new Map<string, string>();
    const lastOf = new Map<string, number>();
    let count = 0;
    for (const { partitionKey, explicitHashKey, data, events: indices } of records) {
      const lines = texts(data);
      expect(lines).toHaveLength(indices.length);
      for (const [at, index] of indices.entries()) {
        expect(lines[at]).toBe(events[index]?.data.toString());
        const session = events[index]?.partitionKey as string;
        expect(keyOf.get(session) ?? `${partitionKey} ${explicitHashKey}`).toBe(
          `${partitionKey} ${explicitHashKey}`,
        );
        keyOf.set(session, `${partitionKey} ${explicitHashKey}`);
        expect(index).toBeGreaterThan(lastOf.get(session) ?? -1);
        lastOf.set(session, index);
        count++;
      }
    }
    expect(count).toBe(events.length);
    expect(records.map(({ events: [first] }) => first)).toEqual(
      records.map(({ events: [first] }) => first as number).sort((a, b) => a - b),
    );
  });

  it('send a session through the same key whatever comes with it', () => {
    const keyOf = (ids: string[]) =>
      packRecords(ids.map((id) => event(id, '{}'))).find(({ events }) => events.includes(0))
        ?.partitionKey;
    for (const id of ['a1', 'ü', '', 's-99']) {
      expect(keyOf([id, 'b', 'c', 'd'])).toBe(keyOf([id]));
    }
  });

  it('spread over two, four and eight shards evenly', () => {
    const events = Array.from({ length: 8_000 }, (_, i) => event(`s-${i}`, '{"n":1}'));
    for (const shards of [2, 4, 8]) {
      const loads = new Array(shards).fill(0);
      for (const { explicitHashKey, events: indices } of packRecords(events)) {
        loads[Number((BigInt(explicitHashKey) * BigInt(shards)) >> 128n)] += indices.length;
      }
      expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.15);
    }
  });
});

describe('With the default packing, Firehose bills', () => {
  // What enrichment adds to an event of 0.5 KB in names and values.
  const added =
    ',"overall_product_quantity":12,"overall_in_shopping_cart":5,"total_different_products":3';
  const events = createEvents(50_000, 8).map((given) => ({
    partitionKey: (given as { session_id: string }).session_id,
    data: Buffer.from(JSON.stringify(given).replace(/\}$/, `${added}}`)),
  }));
  const ratioFor = (batch: number) => {
    let bytes = 0;
    let bill = 0;
    for (let from = 0; from < events.length; from += batch) {
      const part = events.slice(from, from + batch);
      bytes += part.reduce((sum, { data }) => sum + data.length, 0);
      bill += billed(packRecords(part));
    }
    return bill / bytes;
  };

  it.each([
    [10_000, 1.02],
    [1_000, 1.1],
    [300, 1.3],
  ])('for batches of %i events no more than %f times their bytes', (batch, limit) => {
    expect(ratioFor(batch)).toBeLessThanOrEqual(limit);
  });

  it('where events sent one by one cost seven times their bytes', () => {
    const bytes = events.reduce((sum, { data }) => sum + data.length, 0);
    expect(billed(events) / bytes).toBeGreaterThan(7);
  });
});
