import { RecordData } from '../../../functions/runtime/record-data.ts';
import type { StreamRecord } from '../../../functions/runtime/stream-event.ts';
import { received } from '../enrich-sessions/fixtures.ts';

const MEGABYTE = 1024 * 1024;

it('The data of records of any size, one after another, in the same memory', () => {
  const recordData = new RecordData();
  const memory = new Set<ArrayBufferLike>();
  for (const size of [1, 700, 64 * 1024, 64 * 1024 + 1, 10 * MEGABYTE, 0, 5, 10 * MEGABYTE, 2]) {
    const given = Buffer.alloc(size, 'abcdefg');
    const [record] = received(given) as [StreamRecord];
    const data = recordData.decode(record);
    expect(data.equals(given)).toBe(true);
    memory.add(data.buffer);
  }
  // The first one, a larger one, and one for the largest record.
  expect(memory.size).toBeLessThanOrEqual(3);
});
