import type { KeyedRecord } from '../../../core/kinesis/records.ts';
import { createSender, type Written } from '../../../core/kinesis/sender.ts';
import { error, type GivenAws, givenAws, recordsIn } from '../../cli/fixtures.ts';

let aws: GivenAws;
beforeEach(async () => {
  aws = await givenAws({ events: 2 });
});
afterEach(() => aws.close());

const records = (length: number, size = 10): KeyedRecord[] =>
  Array.from({ length }, (_, i) => ({
    partitionKey: `key-${i % 50}`,
    data: Buffer.from(`${i} `.padEnd(size, 'x')),
  }));

/** A sender, and what it reported: the counts of its chunks. */
function givenSender(stream = 'events', patienceMs?: number) {
  const written: Written<KeyedRecord>[] = [];
  const sender = createSender<KeyedRecord>(
    aws.client,
    stream,
    (each) => written.push(each),
    patienceMs,
  );
  const counts = () =>
    written.reduce(
      (sum, each) => ({
        reported: sum.reported + each.records.length,
        lost: sum.lost + each.lost.size,
      }),
      { reported: 0, lost: 0 },
    );
  return { sender, written, counts };
}

describe('a sender', () => {
  it('writes all that is added, in as many pieces as it likes, and reports each once', async () => {
    const { sender, counts } = givenSender();
    for (let i = 0; i < 5; i++) await sender.add(records(500));
    await sender.add([]);
    await sender.end();
    expect(counts()).toEqual({ reported: 2_500, lost: 0 });
    expect(await recordsIn(aws, 'events')).toHaveLength(2_500);
  });

  it('says of a stream that does not respond that it does not', async () => {
    const silent = Object.create(aws.client, { send: { value: () => new Promise(() => {}) } });
    const whys = new Set<string>();
    const sender = createSender<KeyedRecord>(silent, 'events', ({ why }) => whys.add(why), 50);
    await sender.add(records(1));
    await sender.end();
    expect([...whys]).toEqual(['no response']);
  });

  it('sends no record that is too large with its key, says so, and sends those behind it', async () => {
    const { sender, written } = givenSender();
    const keyed = (bytes: number) => ({ partitionKey: 'é'.repeat(6), data: Buffer.alloc(bytes) });
    await sender.add([keyed(1_048_565), keyed(1_048_564), keyed(1)]);
    await sender.end();
    const lost = written.flatMap(({ records: all, lost: indices, why }) =>
      [...indices].map((i) => ({ bytes: all[i]?.data.length, why })),
    );
    expect(lost).toEqual([{ bytes: 1_048_565, why: 'over 1,048,576 bytes with its key' }]);
    const sizes = (await recordsIn(aws, 'events')).map(({ length }) => length);
    expect(sizes).toEqual([1_048_564, 1]);
  });

  it('does not wait for more when little comes', async () => {
    const { sender, counts } = givenSender();
    await sender.add(records(1));
    for (let i = 0; i < 100 && counts().reported === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(counts()).toEqual({ reported: 1, lost: 0 });
    await sender.end();
  });

  it('writes all in spite of single entries that fail', async () => {
    aws.faults.failsEntry = () => Math.random() < 0.25;
    const { sender, counts } = givenSender();
    await sender.add(records(400));
    await sender.end();
    expect(counts()).toEqual({ reported: 400, lost: 0 });
  });

  it('reports as lost what was under way, waited or came when the writing ended', async () => {
    const { sender, counts } = givenSender('nothing');
    await sender.add(records(100));
    await expect(sender.end()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(sender.add(records(10))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(counts()).toEqual({ reported: 110, lost: 110 });
  });

  it('ends when a permission is taken away, and has reported what was written before', async () => {
    const { sender, counts } = givenSender();
    await sender.add(records(100));
    await new Promise((resolve) => setTimeout(resolve, 500));
    aws.respondWith.PutRecords = () => error('AccessDeniedException');
    await sender.add(records(100));
    await expect(sender.end()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(counts()).toEqual({ reported: 200, lost: 100 });
  });

  it('goes on behind a record that stays throttled, and ends when nothing is stored any more', async () => {
    aws.faults.failsEntry = () => true;
    const { sender, counts } = givenSender('events', 500);
    await sender.add(records(1));
    await expect(sender.end()).resolves.toBeUndefined();
    expect(counts()).toEqual({ reported: 1, lost: 1 });
    await sender.add(records(500));
    await expect(sender.end()).rejects.toThrow(
      'The stream takes nothing: ProvisionedThroughputExceededException',
    );
  }, 60_000);

  it('reports where each record was stored', async () => {
    const { sender, written } = givenSender();
    await sender.add(records(10));
    await sender.end();
    const storedAt = written.flatMap(({ storedAt: each }) => [...each.values()]);
    expect(new Set(storedAt.map(({ sequenceNumber }) => sequenceNumber)).size).toBe(10);
    expect(storedAt[0]).toMatchObject({ shardId: expect.stringMatching(/^shardId-/) });
  });

  it('takes large records in calls that Kinesis takes', async () => {
    const { sender, counts } = givenSender();
    await sender.add(records(12, 900_000));
    await sender.end();
    expect(counts()).toEqual({ reported: 12, lost: 0 });
  });
});
