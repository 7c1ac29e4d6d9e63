import { isAggregated, readAggregated } from '../../../core/kinesis/aggregated-record.ts';
import { packAggregates } from '../../../core/kinesis/pack-aggregates.ts';

const records = (count: number, sessions: number, bytes = 300) =>
  Array.from({ length: count }, (_, n) => ({
    partitionKey: `s-${n % sessions}`,
    data: Buffer.from(`{"n":${n}}`.padEnd(bytes)),
  }));
const numberOf = (data: Uint8Array) => JSON.parse(Buffer.from(data).toString()).n;

describe('Packing as the Kinesis Producer Library does', () => {
  it('holds each record once, and those of a key in their order under one key', () => {
    const packed = packAggregates(records(5_000, 700));
    expect(packed.length).toBeLessThan(150);
    const keyOf = new Map<string, string>();
    const last = new Map<string, number>();
    const misplaced: number[] = [];
    let count = 0;
    for (const { partitionKey, explicitHashKey, data, inside } of packed) {
      expect(isAggregated(data)).toBe(true);
      expect(data.length).toBeLessThanOrEqual(50 * 1024);
      const all = readAggregated(data) ?? [];
      expect(all.map((each) => numberOf(each.data))).toEqual(
        inside.map((each) => numberOf(each.data)),
      );
      for (const each of all) {
        const number = numberOf(each.data);
        const isUnderItsKey = (keyOf.get(each.partitionKey) ?? partitionKey) === partitionKey;
        const isInOrder = number > (last.get(each.partitionKey) ?? -1);
        if (!isUnderItsKey || !isInOrder) misplaced.push(number);
        keyOf.set(each.partitionKey, partitionKey);
        last.set(each.partitionKey, number);
        count++;
      }
      expect(explicitHashKey).toMatch(/^\d{30,39}$/);
    }
    expect(misplaced).toEqual([]);
    expect(count).toBe(5_000);
  });

  it('leaves a record alone as it is, however large', () => {
    const large = { partitionKey: 'a', data: Buffer.alloc(1_000_000) };
    const packed = packAggregates([large, ...records(1, 1), large]);
    expect(packed.filter(({ data }) => data === large.data)).toHaveLength(2);
    expect(packAggregates([])).toEqual([]);
  });
});
