import { aggregate } from '../../../core/kinesis/aggregated-record.ts';
import type { KeyedRecord } from '../../../core/kinesis/records.ts';
import { openEnvelope } from '../../../core/sessions/envelopes.ts';
import { splitLines } from '../../../core/sessions/lines.ts';
import { EnvelopePacker } from '../../../core/sessions/pack-envelopes.ts';
import { createSegmentOf, SEGMENTS } from '../../../core/sessions/segments.ts';
import { enrichSessions } from '../../../functions/enrich-sessions/enrich-sessions.ts';
import type { EnrichedCounts } from '../../../functions/runtime/metrics.ts';
import { PlacedRecords } from '../../../functions/runtime/placed-records.ts';
import { RecordData } from '../../../functions/runtime/record-data.ts';
import { givenWriter, received, session } from './fixtures.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');

async function enrich(
  records: ReturnType<typeof received>,
  {
    enriched = givenWriter<KeyedRecord>(),
    rejected = givenWriter<Buffer>(),
    placed = new PlacedRecords(),
  } = {},
) {
  const logged: EnrichedCounts[] = [];
  const response = await enrichSessions(
    records,
    {
      writeEnriched: enriched.write,
      writeRejected: rejected.write,
      segmentOf: createSegmentOf(SEGMENTS),
      packer: new EnvelopePacker(4),
      recordData: new RecordData(),
      placed,
      log: (counts) => void logged.push(counts),
      clock: () => now,
    },
    () => 30_000,
  );
  return {
    response,
    counts: logged[0],
    events: eventsIn(enriched.written),
    lines: rejected.written.map((line) => JSON.parse(line.toString())),
    enriched,
    rejected,
  };
}

/** The events of envelopes, as text. */
const eventsIn = (envelopes: readonly KeyedRecord[]): string[] =>
  envelopes.flatMap(({ data }) => splitLines(openEnvelope(data)?.events ?? data)).map(String);

const from = (sequenceNumber: string) => ({
  batchItemFailures: [{ itemIdentifier: sequenceNumber }],
});

describe('enrichSessions', () => {
  it('adds the aggregates, the time, the segment and the event id, and changes nothing', async () => {
    const text = '{"session_id":"a1","x" : 1.0,"country":"USA","browsing_history":[]}\n';
    const { response, events, enriched } = await enrich(received(text));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(events).toEqual([
      '{"session_id":"a1","x" : 1.0,"country":"USA","browsing_history":[],' +
        '"overall_product_quantity":0,"overall_in_shopping_cart":0,"total_different_products":0,' +
        '"processing_timestamp":"2026-11-21T12:00:00.000Z","segment":"usa","event_id":"3-101"}',
    ]);
    expect(enriched.written[0]?.partitionKey).toMatch(/^usa-[0-3]-of-4$/);
  });

  it('sends every country to its segment', async () => {
    const { events } = await enrich(received(session('a'), session('b', { country: 'Usa' })));
    expect(events.map((event) => JSON.parse(event).segment)).toEqual(['usa', 'international']);
  });

  it('rejects an invalid record with its reason, position and bytes, and passes its neighbours', async () => {
    const poison = Buffer.from([0xff, 0xfe, 0x00]);
    const { response, events, lines, counts } = await enrich(
      received(session('a'), poison, session('b')),
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(events.map((event) => JSON.parse(event).session_id)).toEqual(['a', 'b']);
    expect(lines).toEqual([
      {
        event_id: '3-102',
        reason: 'not-utf8',
        message: expect.any(String),
        field: null,
        detail: null,
        stream: 'sessions',
        shard_id: 'shardId-000000000003',
        sequence_number: '102',
        partition_key: 'key-1',
        arrived_at: '2026-11-18T11:06:41.500Z',
        rejected_at: '2026-11-21T12:00:00.000Z',
        part: 1,
        parts: 1,
        original: poison.toString('base64'),
      },
    ]);
    expect(counts).toEqual({
      received: 3,
      enriched: 2,
      rejected: 1,
      reasons: { 'not-utf8': 1 },
      skipped: 0,
      unplaced: 0,
      errors: {},
    });
  });

  it.each(['\n\0', '\r\n\v', '\n\x1f\n', '\n\f ', '\0\n'])(
    'rejects an event with a control character behind it, before or after the line end: %j',
    async (end) => {
      const data = `${JSON.stringify(session('a'))}${end}`;
      const { events, lines } = await enrich(received(data));
      expect(events).toEqual([]);
      expect(lines).toMatchObject([
        { reason: 'not-json', original: Buffer.from(data).toString('base64') },
      ]);
    },
  );

  it('names the field that is wrong', async () => {
    const history = [{ product_code: 'P', quantity: -1, in_shopping_cart: true }];
    const { lines } = await enrich(received(session('a', { browsing_history: history })));
    expect(lines[0]).toMatchObject({
      reason: 'invalid-quantity',
      field: 'browsing_history[0].quantity',
    });
  });

  it('packs many events of a segment and a bucket of sessions into one record', async () => {
    const sent = Array.from({ length: 400 }, (_, i) =>
      session(`s-${i % 40}`, { country: i % 2 ? 'USA' : 'Chad', n: i }),
    );
    const { enriched, events, counts } = await enrich(received(...sent));
    expect(enriched.written.length).toBeLessThanOrEqual(8);
    expect(counts).toMatchObject({ received: 400, enriched: 400 });
    const numbersOf = Map.groupBy(
      events.map((event) => JSON.parse(event)),
      ({ session_id }) => session_id,
    );
    for (const all of numbersOf.values()) {
      const numbers = all.map(({ n }) => n);
      expect(numbers).toEqual(numbers.toSorted((x, y) => x - y));
    }
  });

  it('acknowledges up to the first event of an envelope that was not written', async () => {
    // The second envelope is that of Chad: of the third and the fifth record.
    const chad = { country: 'Chad' };
    const { response, counts } = await enrich(
      received(session('a'), 'bad', session('b', chad), session('a'), session('b', chad)),
      { enriched: givenWriter<KeyedRecord>([1], { errors: { Throttled: 3 } }) },
    );
    expect(response).toEqual(from('103'));
    expect(counts).toEqual({
      received: 5,
      enriched: 2,
      rejected: 1,
      reasons: { 'not-json': 1 },
      skipped: 0,
      unplaced: 2,
      errors: { Throttled: 3 },
    });
  });

  it('does not write what it has placed behind a gap again when that is redelivered to it', async () => {
    const chad = { country: 'Chad' };
    const records = received(session('a'), session('b', chad), session('a', { n: 2 }), 'bad');
    const placed = new PlacedRecords();
    const first = await enrich(records, { placed, enriched: givenWriter<KeyedRecord>([1]) });
    expect(first.response).toEqual(from('102'));
    const second = await enrich(records.slice(1), { placed });
    expect(second.events.map((event) => JSON.parse(event).session_id)).toEqual(['b']);
    expect(second.lines).toEqual([]);
    expect(second.counts).toMatchObject({ received: 3, enriched: 1, rejected: 0, skipped: 2 });
    expect(second.response).toEqual({ batchItemFailures: [] });
    // Acknowledged: from now on it is a copy that somebody wants.
    expect((await enrich(records.slice(2), { placed })).events).toHaveLength(1);
  });

  it('acknowledges nothing behind a record whose rejection could not be written', async () => {
    const { response } = await enrich(received(session('a'), 'bad', session('b')), {
      rejected: givenWriter<Buffer>([0]),
    });
    expect(response).toEqual(from('102'));
  });

  it('goes by the lower of both when neither could be written', async () => {
    const { response } = await enrich(received('bad', session('a'), session('b')), {
      enriched: givenWriter<KeyedRecord>([0]),
      rejected: givenWriter<Buffer>([0]),
    });
    expect(response).toEqual(from('101'));
  });

  it('counts a record once that is rejected in several lines', async () => {
    const { response, counts, rejected } = await enrich(received('x'.repeat(1_000_000)), {
      rejected: givenWriter<Buffer>([0, 1]),
    });
    expect(rejected.written).toHaveLength(0);
    expect(response).toEqual(from('101'));
    expect(counts).toMatchObject({ rejected: 1, unplaced: 1 });
  });

  it('names the error of a destination that rejects everything', async () => {
    const failure = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const { response, counts } = await enrich(received(session('a')), {
      enriched: givenWriter<KeyedRecord>([0], { failure }),
    });
    expect(response).toEqual(from('101'));
    expect(counts?.errors).toEqual({ AccessDeniedException: 1 });
  });

  it('gives both writers the time that remains', async () => {
    const { enriched, rejected } = await enrich(received(session('a')));
    expect([...enriched.deadlines, ...rejected.deadlines]).toEqual([30_000, 30_000]);
  });

  it('has nothing to do for an empty batch', async () => {
    await expect(enrich([])).resolves.toMatchObject({ response: { batchItemFailures: [] } });
  });

  it('takes aggregated records apart, each event with a position of its own', async () => {
    const part = (id: string, data: string | object) => ({
      partitionKey: id,
      data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
    });
    const aggregated = aggregate([
      part('a', session('a')),
      part('b', 'bad'),
      part('a', session('a', { n: 2 })),
    ]);
    const { events, lines, counts } = await enrich(received(aggregated, session('c')));
    expect(events.map((event) => JSON.parse(event).event_id).sort()).toEqual([
      '3-101#1',
      '3-101#3',
      '3-102',
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        event_id: '3-101#2',
        reason: 'not-json',
        sequence_number: '101',
        partition_key: 'b',
        original: Buffer.from('bad').toString('base64'),
      }),
    ]);
    expect(counts).toMatchObject({ received: 4, enriched: 3, rejected: 1 });
  });

  it.each(['', 'k'.repeat(257), 'k'.repeat(1_000_000)])(
    'names the key of the record where that of an event in it is none that Kinesis takes',
    async (partitionKey) => {
      const aggregated = aggregate([{ partitionKey, data: Buffer.from('bad') }]);
      const { lines } = await enrich(received(aggregated));
      expect(lines).toEqual([
        expect.objectContaining({
          event_id: '3-101#1',
          partition_key: 'key-0',
          original: Buffer.from('bad').toString('base64'),
        }),
      ]);
    },
  );

  it('rejects a damaged aggregated record whole, with its bytes', async () => {
    const damaged = aggregate([
      { partitionKey: 'a', data: Buffer.from(JSON.stringify(session('a'))) },
    ]);
    damaged[10] = (damaged[10] as number) ^ 1;
    const { events, lines, response } = await enrich(received(session('b'), damaged));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(events).toHaveLength(1);
    expect(lines).toEqual([
      expect.objectContaining({
        event_id: '3-102',
        reason: 'damaged-aggregate',
        original: damaged.toString('base64'),
      }),
    ]);
  });

  it('writes none of 40,000 events of aggregates again that it has placed behind a gap', async () => {
    const tiny = Buffer.from('{"session_id":"a","country":"USA","browsing_history":[]}');
    const parts = Array.from({ length: 10_000 }, () => ({ partitionKey: 'a', data: tiny }));
    const aggregates = Array.from({ length: 4 }, () => aggregate(parts));
    const records = received(session('b', { country: 'Chad' }), ...aggregates);
    const placed = new PlacedRecords();
    const first = await enrich(records, { placed, enriched: givenWriter<KeyedRecord>([0]) });
    expect(first.response).toEqual(from('101'));
    expect(first.events).toHaveLength(40_000);
    const second = await enrich(records, { placed });
    expect(second.counts).toMatchObject({ enriched: 1, skipped: 40_000 });
    expect(placed.isEmpty).toBe(true);
  });

  describe('of a batch whose rejected events are more than the memory holds', () => {
    // A long key of six bytes a character in JSON: 2 kB a line.
    const parts = Array.from({ length: 10_000 }, () => ({
      partitionKey: '\u0001'.repeat(256),
      data: Buffer.from('{}'),
    }));
    const records = received(aggregate(parts), aggregate(parts), session('a'));
    const ids = [101, 102].flatMap((n) => parts.map((_, i) => `3-${n}#${i + 1}`));
    const idsOf = (lines: readonly Buffer[]) =>
      lines.map((line) => /"event_id":"(.*?)"/.exec(line.toString('latin1', 0, 40))?.[1]);

    it('holds a part of the lines at a time, and writes all of them in their order', async () => {
      const sizes: number[] = [];
      const rejected = givenWriter<Buffer>();
      const { write } = rejected;
      rejected.write = (lines, remainingMs) => {
        sizes.push(lines.reduce((sum, line) => sum + line.length, 0));
        return write(lines, remainingMs);
      };
      const placed = new PlacedRecords();
      const { response, counts, events } = await enrich(records, { placed, rejected });
      expect(response).toEqual({ batchItemFailures: [] });
      expect(idsOf(rejected.written)).toEqual(ids);
      expect(Math.max(...sizes)).toBeLessThan(17 * 1024 * 1024);
      expect(sizes.length).toBeGreaterThan(2);
      expect(counts).toMatchObject({ received: 20_001, enriched: 1, rejected: 20_000 });
      expect(events).toHaveLength(1);
      expect(placed.isEmpty).toBe(true);
    });

    it('writes nothing behind a part with a gap, and nothing twice', async () => {
      const placed = new PlacedRecords();
      // The second of the two parts that the first record has at the least.
      const gap = givenWriter<Buffer>();
      let calls = 0;
      const { write } = gap;
      gap.write = async (lines, remainingMs) => {
        calls += 1;
        if (calls === 1) return write(lines, remainingMs);
        await write(lines.slice(0, 100), remainingMs);
        return { unplaced: [...lines.keys()].slice(100), calls: 1, errors: {} };
      };
      const first = await enrich(records, { placed, rejected: gap });
      expect(calls).toBe(2);
      expect(first.response).toEqual(from('101'));
      expect(first.events).toEqual([]);
      const written = gap.written.length;
      expect(idsOf(gap.written)).toEqual(ids.slice(0, written));

      const second = await enrich(records, { placed });
      expect(second.response).toEqual({ batchItemFailures: [] });
      expect(second.lines.map(({ event_id }) => event_id)).toEqual(ids.slice(written));
      expect(second.counts).toMatchObject({ skipped: written, rejected: 20_000 - written });
      expect(placed.isEmpty).toBe(true);
    });
  });

  it('holds the whole record back when one event of an aggregated record was not placed', async () => {
    const aggregated = aggregate(
      ['USA', 'Chad'].map((country) => ({
        partitionKey: 'a',
        data: Buffer.from(JSON.stringify(session('a', { country }))),
      })),
    );
    const placed = new PlacedRecords();
    const records = received(session('x'), aggregated);
    const first = await enrich(records, { placed, enriched: givenWriter<KeyedRecord>([2]) });
    expect(first.response).toEqual(from('102'));
    const second = await enrich(records.slice(1), { placed });
    expect(second.events.map((event) => JSON.parse(event).country)).toEqual(['Chad']);
  });
});
