import { startKinesis } from '../../src/kinesis/kinesis.ts';
import { storedRecords } from '../../src/kinesis/stored-records.ts';
import { createStreamTrimmer } from '../../src/kinesis/trim-streams.ts';

const headers = {
  'x-amz-target': 'Kinesis_20131202.PutRecords',
  'content-type': 'application/x-amz-json-1.1',
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
  'x-amz-date': '20260101T000000Z',
};
const putBody = (...data: string[]) =>
  Buffer.from(
    JSON.stringify({
      StreamName: 's',
      Records: data.map((Data) => ({ Data, PartitionKey: 'k' })),
    }),
  );

describe('What a write has stored', () => {
  const stored = { ShardId: 'shardId-000000000000', SequenceNumber: '7' };
  it.each([
    [{ Records: [stored, stored, stored] }, 200, [1, 2, 3], 0],
    [{ Records: [stored, { ErrorCode: 'Throttled' }, stored] }, 200, [1, 3], 1],
    [{ __type: 'InternalFailure' }, 500, [], 3],
  ])('is read out of its response %j', (response, status, sizes, failed) => {
    const write = storedRecords(headers, putBody('YQ==', 'YWI=', 'YWJj'), {
      status,
      headers: {},
      body: Buffer.from(JSON.stringify(response)),
    });
    expect(write?.stored.map(({ bytes }) => bytes)).toEqual(sizes);
    expect(write).toMatchObject({ streamName: 's', failed });
  });
});

describe('A shard in memory', () => {
  const record = (n: number, bytes = 500) => ({
    shardId: 'shardId-000000000002',
    sequenceNumber: String(1_000 + n),
    bytes,
  });
  function given(position?: string) {
    const deleted: string[] = [];
    const trimmer = createStreamTrimmer((_, keys) => deleted.push(...keys), 10_000);
    let at = position;
    trimmer.addReader('s', () => at);
    return { trimmer, deleted, moveTo: (to: string) => (at = to) };
  }
  const all = Array.from({ length: 20 }, (_, n) => record(n));

  it('keeps its newest records, up to the limit, once its readers have taken the others', () => {
    const { trimmer, deleted } = given('1019');
    trimmer.onStored('s', all);
    expect(deleted.map((key) => key.split('/')[1])).toEqual(
      all.slice(0, 10).map(({ sequenceNumber }) => sequenceNumber),
    );
  });

  it('keeps what a reader has yet to take, however much that is', () => {
    const { trimmer, deleted, moveTo } = given();
    trimmer.onStored('s', all);
    expect(deleted).toEqual([]);
    moveTo('1003');
    trimmer.onStored('s', [record(20)]);
    expect(deleted).toHaveLength(4);
    moveTo('1020');
    trimmer.onStored('s', [record(21)]);
    expect(deleted).toHaveLength(12);
  });

  it('has a share of what its stream keeps, and the shards that were closed have theirs', () => {
    const { trimmer, deleted } = given('9999');
    const shardOf = (shard: number) =>
      all.map((each) => ({ ...each, shardId: `shardId-00000000000${shard}` }));
    for (const shard of [0, 1, 2, 3]) trimmer.onStored('s', shardOf(shard));
    const left = 80 - deleted.length;
    // The limit is ten records.
    expect(left).toBeGreaterThanOrEqual(8);
    expect(left).toBeLessThanOrEqual(12);
    for (const shard of [0, 1, 2, 3]) {
      expect(deleted.filter((key) => key.startsWith(`0000000${shard}`)).length).toBeLessThan(20);
    }
  });

  it('is read from its oldest record that is left', async () => {
    const kinesis = await startKinesis([{ name: 's', shards: 1, retentionHours: 24 }]);
    try {
      // 60 MB through a stream that keeps 32 MB; there is no reader that holds anything back.
      const megabyte = Buffer.alloc(900_000, 'x').toString('base64');
      for (let i = 0; i < 70; i += 1) await kinesis.handle(headers, putBody(megabyte));
      expect(kinesis.storedIn('s')).toBe(70);
      const { ShardIterator } = await kinesis.call('GetShardIterator', {
        StreamName: 's',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      });
      const { Records } = await kinesis.call('GetRecords', { ShardIterator });
      expect(Records.length).toBeGreaterThan(30);
      expect(Records.length).toBeLessThan(46);
    } finally {
      await kinesis.close();
    }
  }, 30_000);
});
