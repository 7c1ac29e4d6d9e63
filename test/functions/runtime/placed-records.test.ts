import { PlacedRecords } from '../../../functions/runtime/placed-records.ts';

describe('What an execution environment has placed', () => {
  it('is remembered until it is acknowledged', () => {
    const placed = new PlacedRecords();
    placed.add('a');
    expect([placed.has('a'), placed.has('b')]).toEqual([true, false]);
    placed.delete('a');
    expect(placed.has('a')).toBe(false);
  });

  it('is forgotten, the oldest first, where there is too much of it', () => {
    const placed = new PlacedRecords(2);
    for (const id of ['a', 'b', 'c']) placed.add(id);
    expect(['a', 'b', 'c'].map((id) => placed.has(id))).toEqual([false, true, true]);
  });
});
