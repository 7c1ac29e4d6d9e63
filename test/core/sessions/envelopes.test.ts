import { randomBytes } from 'node:crypto';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { createRandom } from 'seeded-random';
import { PUT_RECORDS } from '../../../core/kinesis/send-queue.ts';
import type { Enriched } from '../../../core/sessions/enrich-record.ts';
import { openEnvelope, readEnvelope } from '../../../core/sessions/envelopes.ts';
import { splitLines } from '../../../core/sessions/lines.ts';
import { packEnvelopes } from '../../../core/sessions/pack-envelopes.ts';

const event = (session: string, text: string, segment = 'usa'): Enriched => ({
  partitionKey: session,
  segment,
  data: Buffer.from(text),
});
const opened = (data: Uint8Array) => splitLines(openEnvelope(data)?.events ?? data).map(String);

describe('An envelope', () => {
  it('is JSON with the segment that filters read, and opens to the bytes of its events', () => {
    const odd = '{"a" : 1.0,"u":"\\u00e9ü😀"}';
    const [envelope, ...more] = packEnvelopes([event('a', odd), event('a', '{"n":2}\n')], 4);
    expect(more).toEqual([]);
    const { bucket, events, ...rest } = JSON.parse(String(envelope?.data));
    const bytes = Buffer.byteLength(odd) + 9;
    const member = Buffer.from(events, 'base64');
    expect(rest).toEqual({
      segment: 'usa',
      count: 2,
      bytes,
      encoding: 'gzip',
      crc32: crc32(member),
    });
    expect(gunzipSync(member).toString()).toBe(`${odd}\n{"n":2}\n`);
    expect(readEnvelope(envelope?.data as Buffer)?.member).toEqual(member);
    expect(bucket).toBe(envelope?.partitionKey);
    expect(openEnvelope(envelope?.data as Buffer)).toMatchObject({
      segment: 'usa',
      bucket,
      count: 2,
    });
    expect(opened(envelope?.data as Buffer)).toEqual([odd, '{"n":2}']);
  });

  it.each([undefined, 0, 1, -1, 1e9, 'many'])(
    'opens whatever size it states, such as %p',
    (bytes) => {
      const [envelope] = packEnvelopes([event('a', `{"n":"${'x'.repeat(5_000)}"}`)], 4);
      const stated = { ...JSON.parse(String(envelope?.data)), bytes };
      const [text] = opened(envelope?.data as Buffer);
      expect(opened(Buffer.from(JSON.stringify(stated)))).toEqual([text]);
    },
  );

  it('holds events of one segment and one bucket, each once, a session in its order', () => {
    const random = createRandom(5);
    const events = Array.from({ length: 20_000 }, (_, i) => {
      const session = `session-${Math.floor(random.next() ** 3 * 700)}`;
      const text = `{"i":${i},"x":"${'y'.repeat(random.int(0, 900))}"}`;
      return event(session, text, random.chance(0.5) ? 'usa' : 'international');
    });
    const envelopes = packEnvelopes(events, 16);
    const keyOf = new Map<string, string>();
    const lastOf = new Map<string, number>();
    const misplaced: number[] = [];
    let count = 0;
    for (const { partitionKey, data, events: indices } of envelopes) {
      expect(opened(data)).toEqual(indices.map((i) => events[i]?.data.toString()));
      for (const index of indices) {
        const { segment, partitionKey: session } = events[index] as Enriched;
        const place = `${segment}/${session}`;
        const isOfItsKey = (keyOf.get(place) ?? partitionKey) === partitionKey;
        const isInOrder = index > (lastOf.get(place) ?? -1);
        if (!partitionKey.startsWith(segment) || !isOfItsKey || !isInOrder) misplaced.push(index);
        keyOf.set(place, partitionKey);
        lastOf.set(place, index);
        count++;
      }
    }
    expect(misplaced).toEqual([]);
    expect(count).toBe(events.length);
    const firsts = envelopes.map(({ events: [first] }) => first as number);
    expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  });

  it('fits into a record whatever its events are, and opens to 512 KiB at the most', () => {
    const noise = (bytes: number) => randomBytes(bytes / 2).toString('hex');
    const characters = (bytes: number) =>
      String.fromCodePoint(
        ...Array.from(randomBytes(bytes / 2), (_, i) => 0x4e00 + ((i * 7_919) % 20_000)),
      );
    const events = [
      ...Array.from({ length: 900 }, () => event('a', noise(1_000))),
      event('a', noise(524_000)),
      event('a', noise(525_000)),
      event('a', characters(100_000)),
      event('a', noise(1_000 * 1024 - 2)),
      event('a', '{"after":1}'),
      ...Array.from({ length: 3_000 }, () => event('a', '{"same":1}')),
    ];
    const envelopes = packEnvelopes(events, 4);
    expect(envelopes.flatMap(({ data }) => opened(data))).toEqual(
      events.map(({ data }) => String(data)),
    );
    for (const { data, partitionKey } of envelopes) {
      expect(data.length + partitionKey.length).toBeLessThanOrEqual(PUT_RECORDS.recordBytes);
      const lines = openEnvelope(data)?.events;
      if (lines) expect(lines.length).toBeLessThanOrEqual(512 * 1024 + 1);
    }
    // Events larger than an envelope go as they are, under the same key.
    expect(envelopes.filter(({ data }) => openEnvelope(data) === undefined)).toHaveLength(2);
    expect(new Set(envelopes.map(({ partitionKey }) => partitionKey)).size).toBe(1);
  });

  it('holds events with white space behind them, however much', () => {
    const padded = ['{"n":1}', '{"n":2}', '{"n":3}'].map((text) =>
      event('a', `${text}${'\n'.repeat(900_000)}`),
    );
    const [envelope, ...more] = packEnvelopes(padded, 4);
    expect(more).toEqual([]);
    expect(opened(envelope?.data as Buffer)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  it('is not what an event is, even one that was enriched before there were envelopes', () => {
    for (const text of [
      '{"session_id":"a","segment":"usa","event_id":"1-2"}',
      '{}',
      '',
      '{"segment":1}',
    ]) {
      expect(openEnvelope(Buffer.from(text))).toBeUndefined();
    }
  });

  it.each([
    '{"segment":"usa"}',
    '{"segment":"usa","bucket":"usa-0-of-4","count":1,"encoding":"zstd","events":""}',
    '{"segment":"usa","bucket":"usa-0-of-4","count":1,"encoding":"gzip","crc32":0,"events":"AAAA"}',
    '{"segment":"usa","bucket":"usa-0-of-4","count":1,"encoding":"gzip","events":',
  ])('that is damaged is called that: %s', (text) => {
    for (const use of [readEnvelope, openEnvelope]) {
      expect(() => use(Buffer.from(text))).toThrow(
        expect.objectContaining({ name: 'ContractBroken' }),
      );
    }
  });

  it.each([
    { bucket: '' },
    { bucket: 'usa' },
    { bucket: 'usa-4-of-4' },
    { bucket: `${'u'.repeat(300)}-0-of-4` },
    { count: 0 },
    { count: -3 },
    { events: 'AAAA', crc32: crc32(Buffer.from('AAAA', 'base64')) },
    { events: '', crc32: 0 },
  ])(
    'that another producer made is called damaged, before it damages what is with it: %j',
    (odd) => {
      const [envelope] = packEnvelopes([event('a', '{}')], 4);
      const text = JSON.stringify({ ...JSON.parse(String(envelope?.data)), ...odd });
      expect(() => readEnvelope(Buffer.from(text))).toThrow(
        expect.objectContaining({ name: 'ContractBroken' }),
      );
    },
  );

  it('is damaged when a single bit of its events is another one', () => {
    const [envelope] = packEnvelopes([event('a', `{"n":"${'x'.repeat(5_000)}"}`)], 4);
    const fields = JSON.parse(String(envelope?.data));
    const member: Buffer = Buffer.from(fields.events, 'base64');
    for (const at of member.keys()) {
      const changed = Buffer.from(member);
      changed[at] = (changed[at] as number) ^ 1;
      const text = JSON.stringify({ ...fields, events: changed.toString('base64') });
      expect(() => readEnvelope(Buffer.from(text))).toThrow(/checksum/);
    }
  });

  it('does not open to more than a router can hold', () => {
    const [bomb] = packEnvelopes([event('a', '{}')], 4);
    const { events: _, ...rest } = JSON.parse(String(bomb?.data));
    const member = gzipSync(Buffer.alloc(50_000_000));
    const large = { ...rest, crc32: crc32(member), events: member.toString('base64') };
    expect(() => readEnvelope(Buffer.from(JSON.stringify(large)))).toThrow(/no gzip member/);
    // Its last bytes lie about its size.
    member.writeUInt32LE(10, member.length - 4);
    const lie = { ...rest, crc32: crc32(member), events: member.toString('base64') };
    expect(() => openEnvelope(Buffer.from(JSON.stringify(lie)))).toThrow(/opened/);
  });
});
