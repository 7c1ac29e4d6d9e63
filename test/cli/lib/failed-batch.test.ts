import { placed } from '../../../cli/lib/failed-batch.ts';
import { aggregate } from '../../../core/kinesis/aggregated-record.ts';

const record = (partitionKey: string, data: Uint8Array) => ({
  shardId: 'shardId-000000000000',
  sequenceNumber: '1',
  arrivedAt: new Date(0),
  partitionKey,
  data: Buffer.from(data),
});
const data = Buffer.from('{}');

describe('A record of a discarded batch', () => {
  it('is sent to the shard of its key', () => {
    expect(placed(record('s1', data))).toEqual({ partitionKey: 's1', data });
    // A session whose name is like that of a bucket.
    const event = Buffer.from('{"session_id":"part-1-of-2"}');
    expect(placed(record('part-1-of-2', event))).toEqual({
      partitionKey: 'part-1-of-2',
      data: event,
    });
  });

  it('goes, packed by the Kinesis Producer Library, to the shard of its events', () => {
    // MD5 of "s1", as a number.
    const explicitHashKey = '188581777889489613397497646332166600286';
    const inside = [
      { partitionKey: 's1', data },
      { partitionKey: 's2', explicitHashKey: '7', data },
    ];
    expect(placed(record('a', aggregate(inside)))).toMatchObject({ explicitHashKey });
    expect(placed(record('a', aggregate(inside.reverse())))).toMatchObject({
      partitionKey: 'a',
      explicitHashKey: '7',
    });
  });

  it('goes, as an envelope or as an event too large for one, to the shard of its bucket', () => {
    expect(placed(record('usa-3-of-4', data))).toMatchObject({
      explicitHashKey: (7n * 2n ** 125n).toString(),
    });
  });

  it('that is damaged stays under its key', () => {
    const damaged = aggregate([{ partitionKey: 's1', data }]);
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    expect(placed(record('a', damaged))).toEqual({ partitionKey: 'a', data: damaged });
  });
});
