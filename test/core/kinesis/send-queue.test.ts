import { createRandom } from 'seeded-random';
import { PUT_RECORD_BATCH, PUT_RECORDS, SendQueue } from '../../../core/kinesis/send-queue.ts';

const queueOf = (keys: readonly (string | undefined)[], limits = PUT_RECORDS, bytes = 100) =>
  new SendQueue(
    keys.map((key) => ({ key, bytes })),
    limits,
  );

/** Sends everything, `inFlight` calls at a time, answered in order. */
function drain(queue: SendQueue, inFlight = 1): number[][] {
  const calls: number[][] = [];
  const open: number[][] = [];
  for (;;) {
    while (open.length < inFlight) {
      const call = queue.next();
      if (call.length === 0) break;
      calls.push(call);
      open.push(call);
    }
    const answered = open.shift();
    if (answered === undefined) return calls;
    for (const index of answered) queue.placed(index);
  }
}

describe('A queue of records', () => {
  it('fills calls to the number of records they take, in the order of the input', () => {
    const keys = Array.from({ length: 1_250 }, (_, i) => `key-${i}`);
    const calls = drain(queueOf(keys), 4);
    expect(calls.map((call) => call.length)).toEqual([500, 500, 250]);
    expect(calls.flat()).toEqual([...keys.keys()]);
  });

  it('fills calls to the bytes they take', () => {
    const keys = Array.from({ length: 30 }, (_, i) => `key-${i}`);
    const sizes = drain(queueOf(keys, PUT_RECORDS, 600_000)).map((call) => call.length);
    expect(sizes).toEqual([8, 8, 8, 6]);
    expect(
      drain(queueOf(new Array(30).fill(undefined), PUT_RECORD_BATCH, 600_000))[0],
    ).toHaveLength(6);
  });

  it('lets a small record pass a large one that does not fit, if their keys differ', () => {
    const bytes = [900_000, 900_000, 900_000, 900_000, 900_000, 900_000, 10];
    const queue = new SendQueue(
      bytes.map((b, i) => ({ bytes: b, key: `${i}` })),
      PUT_RECORDS,
    );
    expect(queue.next()).toEqual([0, 1, 2, 3, 4, 6]);
  });

  it('has one record of a key in flight at most, and the next only when that has arrived', () => {
    const queue = queueOf(['a', 'b', 'a', 'a', 'c']);
    expect(queue.next()).toEqual([0, 1, 4]);
    expect(queue.next()).toEqual([]);
    queue.placed(1);
    expect(queue.next()).toEqual([]);
    queue.placed(0);
    expect(queue.next()).toEqual([2]);
    queue.failed(2);
    expect(queue.next()).toEqual([2]);
    queue.placed(2);
    expect(queue.next()).toEqual([3]);
    expect(queue.unplaced()).toEqual([3, 4]);
  });

  it('sends records without a key as they come', () => {
    expect(drain(queueOf(new Array(1_001).fill(undefined)), 4).map((call) => call.length)).toEqual([
      500, 500, 1,
    ]);
  });

  it.each([1, 4])('needs no more calls than records and keys ask for, %i in flight', (inFlight) => {
    const random = createRandom(7).next;
    for (const [records, sessions, power] of [
      [10_000, 3_000, 1],
      [10_000, 700, 1],
      [9_999, 300, 1],
      [4_000, 2_000, 2],
      [600, 250, 3],
      [500, 500, 1],
      [100, 40, 1],
      [10_000, 1, 1],
    ] as const) {
      const keys = Array.from(
        { length: records },
        () => `s-${Math.floor(random() ** power * sessions)}`,
      );
      const counts = new Map<string, number>();
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
      const least = Math.max(Math.ceil(records / 500), ...counts.values());
      const calls = drain(queueOf(keys), inFlight);
      expect(calls.flat().sort((a, b) => a - b)).toEqual([...keys.keys()]);
      expect({ records, sessions, calls: calls.length }).toEqual({
        records,
        sessions,
        calls: least,
      });
    }
  });

  it('leaves a key from the lost record on, and sends the others', () => {
    const queue = queueOf(['a', 'b', 'a', 'b']);
    expect(queue.next()).toEqual([0, 1]);
    queue.lose([0]);
    queue.placed(1);
    expect(queue.next()).toEqual([3]);
    queue.placed(3);
    expect(queue.next()).toEqual([]);
    expect(queue.unplaced()).toEqual([0, 2]);
  });

  it('begins nothing new when it is closed, and completes what was begun', () => {
    const queue = queueOf(['a', 'b', 'a', 'c', 'a'], { ...PUT_RECORDS, records: 3 });
    expect(queue.next()).toEqual([0, 1, 3]);
    queue.close();
    queue.failed(0);
    queue.placed(1);
    queue.placed(3);
    expect(drain(queue)).toEqual([[0], [2]]);
    expect(queue.unplaced()).toEqual([4]);
  });

  it('carries less where it is asked to', () => {
    const queue = queueOf(['a', 'b', 'c', 'd'], PUT_RECORDS, 400_000);
    expect(queue.next(1024 * 1024)).toEqual([0, 1]);
    expect(queue.next()).toEqual([2, 3]);
  });

  it('sends nothing behind its end', () => {
    const queue = queueOf(['a', 'b', 'c', 'b', 'd']);
    queue.endAt(3);
    expect(drain(queue)).toEqual([[0, 1, 2]]);
    expect(queue.unplaced()).toEqual([3, 4]);
  });
});
