import { setTimeout as sleep } from 'node:timers/promises';
import { parseFilterPattern } from '../../src/event-source/filter.ts';
import { closeMappingsAfterEach, givenMapping, keyOfShard, report, STREAM } from './fixtures.ts';

closeMappingsAfterEach();

const letters = (text: string, key?: string) =>
  [...text].map((data) => ({ data, ...(key && { key }) }));
/** Waits for it, however busy the machine is. */
async function firstOf(invocations: string[][]): Promise<void> {
  while (invocations.length === 0) await sleep(5);
}
const batches = (invocations: string[][]) => invocations.map((batch) => batch.join(''));

describe('an event source mapping', () => {
  it('hands over records in batches of the batch size at most, in order', async () => {
    const { mapping, invocations } = await givenMapping(
      { batchSize: 4 },
      undefined,
      letters('abcdefghij'),
    );
    await mapping.settle();
    expect(batches(invocations)).toEqual(['abcd', 'efgh', 'ij']);
    expect(mapping.counts).toMatchObject({ read: 10, invocations: 3, acknowledged: 10 });
  });

  it('hands over the event that Lambda does', async () => {
    const { mapping, events } = await givenMapping({}, undefined, [{ data: '{"é":1}', key: 'k' }]);
    await mapping.settle();
    const [record] = events[0]?.Records ?? [];
    expect(record).toEqual({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'k',
        sequenceNumber: expect.stringMatching(/^\d{56}$/),
        data: Buffer.from('{"é":1}').toString('base64'),
        approximateArrivalTimestamp: expect.any(Number),
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000000:${record?.kinesis.sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/work',
      awsRegion: 'us-east-1',
      eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`,
    });
    expect(record?.kinesis.approximateArrivalTimestamp).toBeCloseTo(Date.now() / 1_000, -1);
  });

  it('gathers records for the batch window, counted from the first one', async () => {
    const { invocations, put, mapping } = await givenMapping({ windowSeconds: 1 });
    await put({ data: 'a' });
    await sleep(200);
    await put({ data: 'b' });
    await sleep(300);
    expect(invocations).toEqual([]);
    await firstOf(invocations);
    expect(batches(invocations)).toEqual(['ab']);
    await mapping.settle();
  });

  it('sends a full batch without waiting for the window', async () => {
    const { invocations } = await givenMapping(
      { windowSeconds: 300, batchSize: 2 },
      undefined,
      letters('abc'),
    );
    await firstOf(invocations);
    expect(batches(invocations)).toEqual(['ab']);
  });

  it('sends no more than 6 MB at once, and does not wait when it has as much', async () => {
    const megabytes = (count: number) =>
      Array.from({ length: count }, () => ({ data: 'x'.repeat(1_000_000) }));
    const { invocations, put } = await givenMapping(
      { windowSeconds: 300 },
      undefined,
      megabytes(3),
    );
    await put(...megabytes(3));
    await firstOf(invocations);
    // Base64 is a third longer.
    expect(invocations.map((batch) => batch.length)).toEqual([4]);
  });

  it('begins behind what is there when its starting position is LATEST', async () => {
    const { mapping, invocations, put } = await givenMapping(
      { start: { ShardIteratorType: 'LATEST' } },
      undefined,
      letters('ab'),
    );
    await mapping.settle();
    await put({ data: 'c' });
    await mapping.settle();
    expect(batches(invocations)).toEqual(['c']);
  });

  it('drops records that match no filter, or are no JSON, and goes on behind them', async () => {
    const { mapping, invocations } = await givenMapping(
      { filters: [parseFilterPattern('{"data":{"s":["usa"]}}')] },
      undefined,
      [{ data: '{"s":"usa","n":1}' }, { data: 'no JSON' }, { data: '{"s":"de"}' }],
    );
    await mapping.settle();
    expect(invocations).toEqual([['{"s":"usa","n":1}']]);
    expect(mapping.counts).toMatchObject({ read: 3, filtered: 2, acknowledged: 1 });
  });

  it('invokes a function sixteen times at once at the most, however many shards there are', async () => {
    let running = 0;
    let most = 0;
    const sixteen = Promise.withResolvers<void>();
    const { mapping } = await givenMapping(
      { shards: 40 },
      async () => {
        most = Math.max(most, ++running);
        // On a busy machine the first ones would be over before the last ones begin.
        if (running === 16) sixteen.resolve();
        await sixteen.promise;
        await sleep(20);
        running--;
        if (Math.random() < 0.1) throw new Error('retried');
        return null;
      },
      Array.from({ length: 400 }, (_, i) => ({ data: 'x', key: `key-${i}` })),
    );
    await mapping.settle();
    expect(most).toBe(16);
    expect(mapping.counts).toMatchObject({ read: 400, acknowledged: 400 });
  });

  it('processes a shard one batch after another, and shards at the same time', async () => {
    let atOnce = 0;
    let most = 0;
    const { mapping, invocations } = await givenMapping({ shards: 2, batchSize: 2 }, async () => {
      most = Math.max(most, ++atOnce);
      await sleep(20);
      atOnce -= 1;
    }, [...letters('aaaa', keyOfShard(0)), ...letters('bbbb', keyOfShard(1))]);
    await mapping.settle();
    expect(most).toBe(2);
    expect(batches(invocations).sort()).toEqual(['aa', 'aa', 'bb', 'bb']);
  });

  it('works on several batches of a shard at once, each key in its order', async () => {
    const done: string[] = [];
    const { mapping } = await givenMapping(
      { parallelization: 4, batchSize: 1 },
      async ([data = '']) => {
        await sleep(Math.random() * 20);
        done.push(data);
      },
      Array.from({ length: 40 }, (_, i) => ({ data: `${i % 8}:${i}`, key: `key-${i % 8}` })),
    );
    await mapping.settle();
    for (const key of '01234567') {
      const order = done.filter((data) => data.startsWith(key)).map((data) => +data.slice(2));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    expect(done).toHaveLength(40);
    expect(done).not.toEqual([...done].sort((a, b) => +a.slice(2) - +b.slice(2)));
  });

  it('sends nothing behind a failed record before that has succeeded', async () => {
    let broken = true;
    const { mapping, invocations, put } = await givenMapping(
      { batchSize: 3 },
      (data, event) =>
        broken ? report(event.Records[data.indexOf('b')]?.kinesis.sequenceNumber) : null,
      letters('abc'),
    );
    await sleep(30);
    await put(...letters('def'));
    await sleep(30);
    broken = false;
    await mapping.settle();
    const [first, ...others] = batches(invocations);
    expect(first).toBe('abc');
    expect(others.at(-1)).toBe('def');
    expect(new Set(others.slice(0, -1))).toEqual(new Set(['bc']));
  });

  it('writes what it gives up to the bucket: position, reason and the whole event', async () => {
    const { mapping, stored, events, invocations } = await givenMapping(
      { failureBucket: 'failed', retries: 1, batchSize: 2 },
      (data) => {
        if (data.includes('b')) throw new Error('no');
      },
      letters('abcd'),
    );
    await mapping.settle();
    expect(batches(invocations)).toEqual(['ab', 'ab', 'cd']);
    expect(stored).toHaveLength(1);
    const [{ bucket, key, body } = { bucket: '', key: '', body: '{}' }] = stored;
    expect(bucket).toBe('failed');
    expect(key).toMatch(
      /^aws\/lambda\/11111111-2222-4333-8444-555555555555\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    const sent = events[0]?.Records ?? [];
    const invocation = JSON.parse(body);
    expect(invocation).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:work',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.any(String),
      KinesisBatchInfo: {
        shardId: 'shardId-000000000000',
        startSequenceNumber: sent[0]?.kinesis.sequenceNumber,
        endSequenceNumber: sent[1]?.kinesis.sequenceNumber,
        approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
        batchSize: 2,
        streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`,
      },
      payload: expect.any(String),
    });
    expect(JSON.parse(invocation.payload)).toEqual({ Records: sent });
    expect(mapping.counts.discarded).toEqual({ RetryAttemptsExhausted: 2, RecordAgeExceeded: 0 });
  });

  it('counts a batch as discarded once its object is stored, not before', async () => {
    const storing = Promise.withResolvers<void>();
    const stored = Promise.withResolvers<void>();
    const { mapping } = await givenMapping(
      { retries: 0, failureBucket: 'failures' },
      () => report('no such record'),
      letters('ab'),
      () => {
        storing.resolve();
        return stored.promise;
      },
    );
    await storing.promise;
    const left = async () => {
      let count = 0;
      for await (const _ of mapping.unended()) count += 1;
      return count;
    };
    expect([mapping.counts.discarded.RetryAttemptsExhausted, await left()]).toEqual([0, 2]);
    stored.resolve();
    await mapping.settle();
    expect([mapping.counts.discarded.RetryAttemptsExhausted, await left()]).toEqual([2, 0]);
  });

  it('reads the children of a shard after all of their parent was processed', async () => {
    let open = false;
    const { kinesis, mapping, put, invocations } = await givenMapping(
      { batchSize: 10 },
      async () => {
        while (!open) await sleep(5);
      },
      letters('abc'),
    );
    await kinesis.call('SplitShard', {
      StreamName: STREAM,
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: (1n << 127n).toString(),
    });
    await sleep(50);
    await put(...letters('de'));
    await sleep(100);
    expect(batches(invocations)).toEqual(['abc']);
    open = true;
    await mapping.settle();
    expect(batches(invocations)).toEqual(['abc', 'de']);
  });

  it('reads a merged shard after both of its parents', async () => {
    const { kinesis, mapping, put, invocations } = await givenMapping({ shards: 2 }, undefined, [
      { data: 'a', key: keyOfShard(0) },
      { data: 'b', key: keyOfShard(1) },
    ]);
    await kinesis.call('MergeShards', {
      StreamName: STREAM,
      ShardToMerge: 'shardId-000000000000',
      AdjacentShardToMerge: 'shardId-000000000001',
    });
    await sleep(50);
    await put({ data: 'c' });
    await mapping.settle();
    expect(batches(invocations).slice(0, 2).sort()).toEqual(['a', 'b']);
    expect(batches(invocations).slice(2)).toEqual(['c']);
  });

  it('lists a record that is read while they are listed, which has not come to its end', async () => {
    let open = false;
    const { kinesis, mapping, put } = await givenMapping({}, async () => {
      while (!open) await sleep(5);
    });
    const { call } = kinesis;
    kinesis.call = async (action, input) => {
      if (action === 'ListShards') {
        await put({ data: 'a' });
        while (mapping.read === 0) await sleep(5);
      }
      return call(action, input);
    };
    const listed: string[] = [];
    for await (const { data } of mapping.unended()) listed.push(String(data));
    expect(listed).toEqual(['a']);
    open = true;
  });

  it('leaves what is under way in the stream when it is closed', async () => {
    const { mapping, stored, put } = await givenMapping(
      { failureBucket: 'failed', retries: 0 },
      async () => {
        await sleep(50);
        throw new Error('the stage was closed');
      },
    );
    await put({ data: 'a' });
    await sleep(30);
    await mapping.close();
    await sleep(60);
    expect(stored).toEqual([]);
    expect(mapping.counts.acknowledged).toBe(0);
  });
});
