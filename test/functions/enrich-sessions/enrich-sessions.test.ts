import type { KeyedRecord } from '../../../core/kinesis/records.ts';
import { createSegmentOf, SEGMENTS } from '../../../core/sessions/segments.ts';
import { enrichSessions } from '../../../functions/enrich-sessions/enrich-sessions.ts';
import type { EnrichedCounts } from '../../../functions/runtime/metrics.ts';
import { givenWriter, received, session } from './fixtures.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');

async function enrich(
  records: ReturnType<typeof received>,
  { enriched = givenWriter<KeyedRecord>(), rejected = givenWriter<Buffer>() } = {},
) {
  const logged: EnrichedCounts[] = [];
  const answer = await enrichSessions(
    records,
    {
      writeEnriched: enriched.write,
      writeRejected: rejected.write,
      segmentOf: createSegmentOf(SEGMENTS),
      log: (counts) => void logged.push(counts),
      clock: () => now,
    },
    () => 30_000,
  );
  return {
    answer,
    counts: logged[0],
    events: enriched.written.map(({ data }) => data.toString()),
    lines: rejected.written.map((line) => JSON.parse(line.toString())),
    enriched,
    rejected,
  };
}

const from = (sequenceNumber: string) => ({
  batchItemFailures: [{ itemIdentifier: sequenceNumber }],
});

describe('enrichSessions', () => {
  it('adds the aggregates, the time, the segment and the event id, and changes nothing', async () => {
    const text = '{"session_id":"a1","x" : 1.0,"country":"USA","browsing_history":[]}\n';
    const { answer, events, enriched } = await enrich(received(text));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(events).toEqual([
      '{"session_id":"a1","x" : 1.0,"country":"USA","browsing_history":[],' +
        '"overall_product_quantity":0,"overall_in_shopping_cart":0,"total_different_products":0,' +
        '"processing_timestamp":"2026-11-21T12:00:00.000Z","segment":"usa","event_id":"3-101"}\n',
    ]);
    expect(enriched.written[0]?.partitionKey).toBe('a1');
  });

  it('sends every country to its segment', async () => {
    const { events } = await enrich(received(session('a'), session('b', { country: 'Usa' })));
    expect(events.map((event) => JSON.parse(event).segment)).toEqual(['usa', 'international']);
  });

  it('sets an invalid record aside with its reason, position and bytes, and passes its neighbours', async () => {
    const poison = Buffer.from([0xff, 0xfe, 0x00]);
    const { answer, events, lines, counts } = await enrich(
      received(session('a'), poison, session('b')),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
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
      unsent: 0,
      errors: {},
    });
  });

  it('names the field that is wrong', async () => {
    const history = [{ product_code: 'P', quantity: -1, in_shopping_cart: true }];
    const { lines } = await enrich(received(session('a', { browsing_history: history })));
    expect(lines[0]).toMatchObject({
      reason: 'invalid-quantity',
      field: 'browsing_history[0].quantity',
    });
  });

  it('acknowledges up to the first enriched record that was not written', async () => {
    // Of the enriched ones the second and the third, which came third and fifth.
    const { answer, counts } = await enrich(
      received(session('a'), 'bad', session('b'), 'bad', session('c')),
      { enriched: givenWriter<KeyedRecord>([1, 2], { errors: { Throttled: 3 } }) },
    );
    expect(answer).toEqual(from('103'));
    expect(counts).toEqual({
      received: 5,
      enriched: 1,
      rejected: 2,
      reasons: { 'not-json': 2 },
      unsent: 2,
      errors: { Throttled: 3 },
    });
  });

  it('acknowledges nothing behind a record that could not be set aside', async () => {
    const { answer } = await enrich(received(session('a'), 'bad', session('b')), {
      rejected: givenWriter<Buffer>([0]),
    });
    expect(answer).toEqual(from('102'));
  });

  it('goes by the lower of both when neither could be written', async () => {
    const { answer } = await enrich(received('bad', session('a'), session('b')), {
      enriched: givenWriter<KeyedRecord>([0, 1]),
      rejected: givenWriter<Buffer>([0]),
    });
    expect(answer).toEqual(from('101'));
  });

  it('counts a record once whose set-aside lines are several', async () => {
    const { answer, counts, rejected } = await enrich(received('x'.repeat(1_000_000)), {
      rejected: givenWriter<Buffer>([0, 1]),
    });
    expect(rejected.written).toHaveLength(0);
    expect(answer).toEqual(from('101'));
    expect(counts).toMatchObject({ rejected: 1, unsent: 1 });
  });

  it('tells of a destination that refuses, by the name of the error', async () => {
    const failure = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const { answer, counts } = await enrich(received(session('a')), {
      enriched: givenWriter<KeyedRecord>([0], { failure }),
    });
    expect(answer).toEqual(from('101'));
    expect(counts?.errors).toEqual({ AccessDeniedException: 1 });
  });

  it('gives both writers the time that remains', async () => {
    const { enriched, rejected } = await enrich(received(session('a')));
    expect([...enriched.deadlines, ...rejected.deadlines]).toEqual([30_000, 30_000]);
  });

  it('has nothing to do for an empty batch', async () => {
    await expect(enrich([])).resolves.toMatchObject({ answer: { batchItemFailures: [] } });
  });
});
