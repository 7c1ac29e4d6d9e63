import { createEvents } from '../../../bench/sessions/events.ts';
import { hashKeyOf } from '../../../core/sessions/buckets.ts';
import { readEnvelope } from '../../../core/sessions/envelopes.ts';
import { packEnvelopes } from '../../../core/sessions/pack-envelopes.ts';
import { packRecords } from '../../../core/sessions/pack-records.ts';

const KB = 1024;
const lines = (partitionKey: string, text: string) => ({
  partitionKey,
  data: Buffer.from(`${text}\n`),
});

/** What Firehose bills for these records: each rounded up to 5 KB. */
const billed = (records: readonly { data: Buffer }[]) =>
  records.reduce((sum, { data }) => sum + Math.ceil(data.length / (5 * KB)) * 5 * KB, 0);

describe('Packed records', () => {
  it('hold the lines of one key, in their order, at the place of their bucket', () => {
    const packed = packRecords([
      lines('usa-1-of-4', '{"n":1}'),
      lines('usa-2-of-4', '{"n":2}'),
      lines('usa-1-of-4', '{"n":3}\n{"n":4}'),
    ]);
    expect(packed).toEqual([
      {
        partitionKey: 'usa-1-of-4',
        explicitHashKey: hashKeyOf('usa-1-of-4'),
        data: Buffer.from('{"n":1}\n{"n":3}\n{"n":4}\n'),
        from: [0, 2],
      },
      {
        partitionKey: 'usa-2-of-4',
        explicitHashKey: hashKeyOf('usa-2-of-4'),
        data: Buffer.from('{"n":2}\n'),
        from: [1],
      },
    ]);
  });

  it('go by the hash of their key where that is a session', () => {
    expect(packRecords([lines('session-1', '{}')])[0]).not.toHaveProperty('explicitHashKey');
  });

  it('are filled as far as they may be, and never end on a small rest', () => {
    const sizesOf = (count: number) =>
      packRecords(Array.from({ length: count }, () => lines('usa-0-of-4', 'x'.repeat(KB - 1)))).map(
        ({ data }) => data.length / KB,
      );
    expect(sizesOf(513)).toEqual([256, 257]);
    expect(sizesOf(522)).toEqual([256, 256, 10]);
  });
});

describe('With the default packing, Firehose bills', () => {
  // What enrichment adds to an event of 0.5 KB in names and values.
  const added =
    ',"overall_product_quantity":12,"overall_in_shopping_cart":5,"total_different_products":3';
  const events = createEvents(50_000, 8).map((given) => ({
    partitionKey: (given as { session_id: string }).session_id,
    segment: 'usa',
    data: Buffer.from(JSON.stringify(given).replace(/\}$/, `${added}}\n`)),
  }));
  const bytes = events.reduce((sum, each) => sum + each.data.length, 0);
  const ratioFor = (batch: number) => {
    let bill = 0;
    for (let from = 0; from < events.length; from += batch) {
      const envelopes = packEnvelopes(events.slice(from, from + batch), 4);
      const members = envelopes.map(({ partitionKey, data }) => ({
        partitionKey,
        data: readEnvelope(data)?.member as Buffer,
      }));
      bill += billed(packRecords(members));
    }
    return bill / bytes;
  };

  it.each([
    [10_000, 0.2],
    [1_000, 0.22],
    [300, 0.3],
  ])('for batches of %i events no more than %f times their bytes', (batch, limit) => {
    expect(ratioFor(batch)).toBeLessThanOrEqual(limit);
  });

  it('where events sent one by one cost seven times their bytes', () => {
    expect(billed(events) / bytes).toBeGreaterThan(7);
  });
});
