import { type ReadRecord, readStream } from '../../../core/kinesis/read-stream.ts';
import type { Start } from '../../../core/kinesis/shards.ts';
import { error, type GivenAws, givenAws } from '../../cli/fixtures.ts';

const STREAM = 'events';
const FROM_START: Start = { from: 'trim-horizon' };

let aws: GivenAws;
beforeEach(async () => {
  aws = await givenAws({ [STREAM]: 1 });
});
afterEach(() => aws.close());

/** Reads until `enough` records have come, or to the tip. */
async function read(start: Start = FROM_START, enough?: number): Promise<ReadRecord[]> {
  const all: ReadRecord[] = [];
  const stop = new AbortController();
  await readStream(aws.client, STREAM, {
    start,
    follow: enough !== undefined,
    signal: stop.signal,
    async onRecords(records) {
      all.push(...records);
      if (enough !== undefined && all.length >= enough) stop.abort();
    },
  });
  return all;
}

const texts = (records: readonly ReadRecord[]) => records.map(({ data }) => data.toString());
const put = (...data: string[]) =>
  aws.put(STREAM, ...data.map((each) => ({ data: each, key: each })));

async function reshard(action: 'SplitShard' | 'MergeShards', input: object): Promise<void> {
  await aws.kinesis.call(action, { StreamName: STREAM, ...input });
  for (let status = ''; status !== 'ACTIVE'; ) {
    const response = await aws.kinesis.call('DescribeStreamSummary', { StreamName: STREAM });
    status = response.StreamDescriptionSummary.StreamStatus;
  }
}

const split = (ShardToSplit: string, NewStartingHashKey: bigint) =>
  reshard('SplitShard', { ShardToSplit, NewStartingHashKey: NewStartingHashKey.toString() });

const names = (prefix: string, length: number) => Array.from({ length }, (_, i) => `${prefix}${i}`);

describe('a stream', () => {
  it('is read to its tip, with shard, position, key and time', async () => {
    await put('a', 'b');
    const records = await read();
    expect(texts(records)).toEqual(['a', 'b']);
    expect(records[0]).toMatchObject({ shardId: 'shardId-000000000000', partitionKey: 'a' });
    expect(records[0]?.sequenceNumber).toMatch(/^\d{56}$/);
    expect(Date.now() - Number(records[0]?.arrivedAt)).toBeLessThan(60_000);
  });

  it('that was split and merged is read generation by generation', async () => {
    const groups = ['parent', 'child', 'merged', 'grandchild'].map((name) => names(name, 8));
    const [parent = [], child = [], merged = [], grandchild = []] = groups;
    await put(...parent);
    await split('shardId-000000000000', 1n << 127n);
    await put(...child);
    await reshard('MergeShards', {
      ShardToMerge: 'shardId-000000000001',
      AdjacentShardToMerge: 'shardId-000000000002',
    });
    await put(...merged);
    await split('shardId-000000000003', 1n << 126n);
    await put(...grandchild);

    const records = await read();
    const came = texts(records);
    const generations = groups.map((group) => came.splice(0, group.length).sort());
    expect(generations).toEqual(groups);
    expect(new Set(records.map(({ shardId }) => shardId)).size).toBe(6);
  });

  it('that is split while it is followed goes on with the children', async () => {
    await put(...names('before', 5));
    const reading = read(FROM_START, 13);
    await split('shardId-000000000000', 1n << 127n);
    await put(...names('after', 8));
    const came = texts(await reading);
    expect(came.slice(0, 5)).toEqual(names('before', 5));
    expect(came.slice(5).sort()).toEqual(names('after', 8));
  });

  it('can be read from a time on, also where a shard has nothing later', async () => {
    await put('early');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const timestamp = new Date();
    await expect(read({ from: 'at-timestamp', timestamp })).resolves.toEqual([]);
    await put('late');
    expect(texts(await read({ from: 'at-timestamp', timestamp }))).toEqual(['late']);
  });

  it('can be read from now on', async () => {
    await put('early');
    const reading = read({ from: 'latest' }, 1);
    await aws.nextCall('GetRecords');
    await put('late');
    expect(texts(await reading)).toEqual(['late']);
  });

  it('can be read after a position, in that shard and its children', async () => {
    await split('shardId-000000000000', 1n << 127n);
    const keys = names('k', 8);
    await put(...keys);
    const before = (await read()).filter(({ shardId }) => shardId === 'shardId-000000000001');
    await split('shardId-000000000001', 1n << 126n);
    await put(...keys.map((key) => `${key} later`));
    const { sequenceNumber = '' } = before[0] ?? {};

    const records = await read({
      from: 'after-sequence-number',
      sequenceNumbers: [sequenceNumber],
    });
    expect(texts(records).slice(0, before.length - 1)).toEqual(texts(before.slice(1)));
    expect(new Set(records.map(({ shardId }) => shardId.at(-1)))).toEqual(new Set(['1', '3', '4']));
    await expect(read({ from: 'after-sequence-number', sequenceNumbers: ['17'] })).rejects.toThrow(
      'No shard of events has 17',
    );
  });

  it('is read on where it was when iterators expire', async () => {
    await put('a', 'b');
    let calls = 0;
    aws.respondWith.GetRecords = () => {
      calls++;
      return calls % 2 === 0 ? error('ExpiredIteratorException') : undefined;
    };
    const reading = read(FROM_START, 4);
    await aws.nextCall('GetRecords');
    await aws.nextCall('GetRecords');
    await put('c', 'd');
    expect(texts(await reading)).toEqual(['a', 'b', 'c', 'd']);
    expect(calls).toBeGreaterThan(2);
  });

  it('from now on misses nothing when its first iterator expires unused', async () => {
    await put('early');
    let expires = true;
    aws.respondWith.GetRecords = () => (expires ? error('ExpiredIteratorException') : undefined);
    const reading = read({ from: 'latest' }, 1);
    await aws.nextCall('GetRecords');
    await put('late');
    expires = false;
    expect(texts(await reading)).toEqual(['late']);
  });

  it('is read in spite of throttling and faults', async () => {
    await put('a');
    const faults = ['ProvisionedThroughputExceededException', 'InternalFailure'];
    aws.respondWith.ListShards = () => {
      const name = faults.shift();
      return name === undefined ? undefined : error(name);
    };
    let calls = 0;
    aws.respondWith.GetRecords = () =>
      calls++ < 2 ? error('ProvisionedThroughputExceededException') : undefined;
    // An InternalFailure with status 400 is none that Kinesis sends: it is not repeated.
    await expect(read()).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(texts(await read())).toEqual(['a']);
    expect(calls).toBe(3);
  });

  it('of which one shard cannot be read is not read at all', async () => {
    await split('shardId-000000000000', 1n << 127n);
    aws.respondWith.GetShardIterator = ({ ShardId }) =>
      ShardId === 'shardId-000000000002' ? error('AccessDeniedException') : undefined;
    await expect(read(FROM_START, 100)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('with more records than a response holds is read whole', async () => {
    const Records = Array.from({ length: 500 }, (_, i) => ({
      PartitionKey: `${i}`,
      Data: Buffer.from('x').toString('base64'),
    }));
    for (let i = 0; i < 21; i++) {
      await aws.kinesis.call('PutRecords', { StreamName: STREAM, Records });
    }
    expect(await read()).toHaveLength(10_500);
  });
});
