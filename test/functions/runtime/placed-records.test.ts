import { PlacedRecords } from '../../../functions/runtime/placed-records.ts';

describe('What an execution environment has placed', () => {
  it('is remembered until it is acknowledged', () => {
    const placed = new PlacedRecords();
    placed.add('a');
    expect([placed.has('a'), placed.has('b')]).toEqual([true, false]);
    placed.delete('a');
    expect([placed.has('a'), placed.isEmpty]).toEqual([false, true]);
  });

  it('is known event by event of an aggregated record', () => {
    const placed = new PlacedRecords();
    for (const part of [1, 31, 32, 1_000]) placed.add('a', part);
    const parts = Array.from({ length: 2_000 }, (_, part) => part);
    expect(parts.filter((part) => placed.has('a', part))).toEqual([1, 31, 32, 1_000]);
    placed.delete('a');
    expect(parts.some((part) => placed.has('a', part))).toBe(false);
  });

  it('is remembered of the largest batches: 10,000 records, or 790,000 events in aggregates', () => {
    const placed = new PlacedRecords();
    const ids = Array.from({ length: 10_000 }, (_, i) => `shardId-000000000003:${i}`);
    for (const id of ids) placed.add(id);
    for (const id of ['x', 'y', 'z', 'xx', 'yy']) {
      for (let part = 1; part <= 175_000; part++) placed.add(id, part);
    }
    expect(ids.every((id) => placed.has(id))).toBe(true);
    expect(placed.has('x', 1) && placed.has('yy', 175_000)).toBe(true);
  });

  it('is forgotten, the oldest first, where there is too much of it', () => {
    const placed = new PlacedRecords(600);
    for (const id of ['a', 'b', 'c']) placed.add(id);
    expect(['a', 'b', 'c'].map((id) => placed.has(id))).toEqual([false, true, true]);
    placed.add('c', 640);
    expect(['b', 'c'].map((id) => placed.has(id))).toEqual([false, true]);
  });
});
