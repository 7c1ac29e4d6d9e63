import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { packEnvelopes } from '../../../core/sessions/pack-envelopes.ts';
import { packagedService } from '../../fixtures/packaged-service.ts';
import { event, keyed } from './fixtures.ts';
import {
  givenPipeline,
  objectsIn,
  readStream,
  rejectedOf,
  SOURCE,
  sessionsOf,
  streamingOf,
} from './pipeline.ts';

describe('the streaming half of the packaged service', () => {
  it('brings each event to its bucket, or to the rejected ones, byte for byte', async () => {
    const { stage, send, drain, end } = await givenPipeline();
    try {
      const odd = event('a', 'USA', ', "big":12345678901234567890,"f":1.0,"u":"\\u00e9"');
      await send([
        keyed('a', odd),
        keyed('b', event('b', 'Germany')),
        keyed('c', Buffer.from([0xff, 0x00])),
        keyed('d', '['.repeat(1024 * 1024 - 1)),
        keyed('e', event('e', 'USA').replace('2', '1e999')),
        keyed('f', event('f', 'USA', ',"__proto__":{}')),
        keyed('g', `{"session_id":"g","browsing_history":[]}`),
        keyed('h', event('h', 'USA')),
      ]);
      // In a stream still, or in a buffer of Firehose, which waits for a minute.
      expect(Object.values(streamingOf(stage).remaining())).not.toEqual([]);
      await drain();
      expect(streamingOf(stage).remaining()).toEqual({});

      const usa = sessionsOf(stage, 'usa').map((line) => line.toString());
      expect(usa.map((line) => JSON.parse(line).session_id).sort()).toEqual(['a', 'h']);
      const [first = ''] = usa.filter((line) => line.includes('"a"'));
      expect(first.startsWith(odd.slice(0, -1))).toBe(true);
      expect(JSON.parse(first)).toMatchObject({
        overall_product_quantity: 2,
        overall_in_shopping_cart: 2,
        total_different_products: 1,
        segment: 'usa',
      });
      const international = sessionsOf(stage, 'international');
      expect(international.map((line) => JSON.parse(line.toString()).session_id)).toEqual(['b']);

      const { events, incomplete } = rejectedOf(stage);
      expect(incomplete).toEqual([]);
      const reasons = events.map(({ partitionKey, reason }) => [partitionKey, reason]);
      expect(Object.fromEntries(reasons)).toEqual({
        c: 'not-utf8',
        d: 'too-large',
        e: 'invalid-quantity',
        f: 'forbidden-key',
        g: 'missing-country',
      });
      expect(events.find(({ partitionKey }) => partitionKey === 'd')?.original.length).toBe(
        1024 * 1024 - 1,
      );
      const source = await readStream(stage, SOURCE);
      const eventIds = [
        ...[...usa, ...international].map((line) => JSON.parse(line.toString()).event_id),
        ...events.map(({ eventId }) => eventId),
      ];
      expect(eventIds.sort()).toEqual(source.map(({ eventId }) => eventId).sort());

      const { rows } = await stage.sql(
        'SELECT session_id, overall_product_quantity, browsing_history[1].quantity FROM sessions_usa ORDER BY 1',
      );
      expect(rows).toEqual([
        ['a', '2', '2'],
        ['h', '2', '2'],
      ]);
    } finally {
      await end();
    }
  });

  it('delivers events of a segment that was removed with the rest, and counts what no router reads', async () => {
    const { stage, send, drain, end } = await givenPipeline();
    try {
      const enriched = (id: string) => ({
        data: Buffer.from(`{"session_id":"${id}","country":"Canada","segment":"canada"}`),
        partitionKey: 'a',
        segment: 'canada',
      });
      const [envelope] = packEnvelopes([enriched('c1'), enriched('c2')], 1);
      await streamingOf(stage).kinesis.call('PutRecords', {
        StreamName: `${SOURCE}-enriched`,
        Records: [enriched('c3').data, envelope?.data, Buffer.from('no JSON')].map((data) => ({
          Data: data?.toString('base64'),
          PartitionKey: 'canada',
        })),
      });
      await send([keyed('a', event('a', 'USA'))]);
      await drain();
      expect(sessionsOf(stage, 'usa')).toHaveLength(1);
      expect(streamingOf(stage).remaining()).toEqual({});
      const ids = sessionsOf(stage, 'international').map(
        (line) => JSON.parse(`${line}`).session_id,
      );
      expect(ids.sort()).toEqual(['c1', 'c2', 'c3']);
      expect(stage.unroutedEvents()).toBe(1);
    } finally {
      await end();
    }
  });

  const POISON = Buffer.from('poison').toString('base64');

  it('keeps a batch that a function cannot survive in the bucket for failed batches', async () => {
    // As deployed, its age of twelve hours would decide.
    const service = await packagedService();
    const mappings = service.streaming.mappings.map((each) => ({ ...each, retries: 3 }));
    const { stage, send, drain, end } = await givenPipeline(
      {
        retryMs: () => 0,
        async invoke(lambda, name, given) {
          if (name.endsWith('enrichSessions') && JSON.stringify(given).includes(POISON)) {
            throw new FunctionError('Runtime.ExitError', 'out of memory');
          }
          return lambda.invoke(name, given);
        },
      },
      { service: { ...service, streaming: { ...service.streaming, mappings } } },
    );
    try {
      await send([
        keyed('a', event('a', 'USA')),
        keyed('a', 'poison'),
        keyed('a', event('b', 'USA')),
      ]);
      await drain();
      const delivered = sessionsOf(stage, 'usa').map((line) => JSON.parse(line.toString()));
      expect(delivered.map(({ session_id }) => session_id).sort()).toEqual(['a', 'b']);
      expect(objectsIn(stage, 'tributary-local-failed-batches')).toHaveLength(1);
      expect(streamingOf(stage).remaining()).toEqual({});
      const counts = streamingOf(stage).counts();
      expect(counts.mappings['tributary-local-enrichSessions']).toMatchObject({
        acknowledged: 2,
        discarded: { RetryAttemptsExhausted: 1, RecordAgeExceeded: 0 },
      });
    } finally {
      await end();
    }
  });
});
