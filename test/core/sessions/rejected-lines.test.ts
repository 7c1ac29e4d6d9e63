import { randomBytes } from 'node:crypto';
import {
  MAX_LINE_BYTES,
  rejectedLines,
  unpackRejected,
} from '../../../core/sessions/rejected-lines.ts';

const source = {
  stream: 'sessions',
  shardId: 'shardId-000000000001',
  sequenceNumber: '495903',
  partitionKey: 'a1',
  arrivedAt: '2026-11-21T10:00:00.123Z',
};
const rejected = {
  reason: 'invalid-quantity',
  field: 'browsing_history[0].quantity',
  detail: '-1',
} as const;
const rejectedAt = '2026-11-21T10:00:01.000Z';
const lines = (original: Uint8Array, from = source) =>
  rejectedLines(rejected, from, original, rejectedAt);

describe('A rejected event', () => {
  it('is one line of JSON with the reason, the bytes that came and where they stood', () => {
    const [line, ...more] = lines(Buffer.from('{"x":1}'));
    expect(more).toEqual([]);
    expect(line?.toString()).toMatch(/^\{[^\n]+\}\n$/);
    expect(JSON.parse(String(line))).toEqual({
      event_id: '1-495903',
      reason: 'invalid-quantity',
      message: expect.stringContaining('quantity'),
      field: 'browsing_history[0].quantity',
      detail: '-1',
      stream: 'sessions',
      shard_id: 'shardId-000000000001',
      sequence_number: '495903',
      partition_key: 'a1',
      arrived_at: '2026-11-21T10:00:00.123Z',
      rejected_at: rejectedAt,
      part: 1,
      parts: 1,
      original: Buffer.from('{"x":1}').toString('base64'),
    });
  });

  it.each([0, 1, 2, 3, 1_000, 767_000, 768_000, 1 << 20, 10 << 20])(
    'comes back byte for byte when it has %i bytes, in lines that Firehose takes',
    (size) => {
      const original = randomBytes(size);
      const packed = lines(original);
      for (const line of packed) expect(line.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
      const { events, incomplete } = unpackRejected(packed);
      expect(incomplete).toEqual([]);
      expect(events).toHaveLength(1);
      expect(events[0]?.original.equals(original)).toBe(true);
      expect(events[0]).toMatchObject({ ...source, ...rejected, rejectedAt, eventId: '1-495903' });
    },
  );

  it('needs no more lines than its size asks for', () => {
    expect(lines(randomBytes(760_000))).toHaveLength(1);
    expect(lines(randomBytes(1 << 20))).toHaveLength(2);
  });

  it('stays within the limit when every name is as long as it may be', () => {
    const from = { ...source, partitionKey: '\u0001'.repeat(256), stream: 's'.repeat(128) };
    const longest = {
      reason: 'duplicate-key',
      field: '\ud800'.repeat(200),
      detail: '\u0001'.repeat(61),
    } as const;
    for (const line of rejectedLines(longest, from, randomBytes(1 << 20), rejectedAt)) {
      expect(line.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
    }
  });

  it('is put together from parts in any order, some of them twice, among others', () => {
    const first = randomBytes(1 << 20);
    const second = randomBytes(1 << 20);
    const a = lines(first);
    const b = lines(second, { ...source, sequenceNumber: '8' });
    const { events } = unpackRejected([...a.toReversed(), ...b, ...b, ...a]);
    expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['495903', '8']);
    expect(events[0]?.original.equals(first) && events[1]?.original.equals(second)).toBe(true);
  });

  it('is named when a part of it is missing', () => {
    const [, second] = lines(randomBytes(1 << 20));
    expect(unpackRejected([second as Buffer])).toEqual({ events: [], incomplete: ['1-495903'] });
  });
});
