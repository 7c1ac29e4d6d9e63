import {
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  type ShardFilterType,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import cbor from 'cbor';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { type Kinesis, startKinesis } from '../../src/kinesis/kinesis.ts';
import { untilActive } from '../../src/kinesis/shards.ts';
import { connectClient } from './connect-client.ts';

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/events';

let kinesis: Kinesis;
let gateway: Gateway;
let client: KinesisClient;
const measured: string[] = [];

beforeEach(async () => {
  measured.length = 0;
  const events = { name: 'events', shards: 2, retentionHours: 24 };
  const open = { ...events, name: 'open', isOnDemand: true };
  kinesis = await startKinesis([events, open], {}, ({ name, value }) =>
    measured.push(`${name} ${value}`),
  );
  gateway = await startGateway({ Kinesis_20131202: kinesis.handle });
  client = connectClient(gateway.url);
});

afterEach(async () => {
  client.destroy();
  await gateway.close();
  await kinesis.close();
});

describe('The SDK for Java, which speaks CBOR', () => {
  /** Sends the bytes; times are decoded as they are in CBOR, milliseconds. */
  async function send(action: string, body: Buffer) {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        'x-amz-target': `Kinesis_20131202.${action}`,
        'content-type': 'application/x-amz-cbor-1.1',
        authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
        'x-amz-date': '20260101T000000Z',
      },
      body: new Uint8Array(body),
    });
    expect(response.headers.get('content-type')).toBe('application/x-amz-cbor-1.1');
    const content = Buffer.from(await response.arrayBuffer());
    // biome-ignore lint/suspicious/noExplicitAny: responses of many actions
    const decoded: any = cbor.decodeFirstSync(content, { tags: { 1: (ms) => new Date(ms) } });
    return { status: response.status, content: decoded };
  }
  /** As version 2.29 of it sends them: a map without a length, blobs as bytes, times under tag 1. */
  const text = (value: string) =>
    Buffer.concat([Buffer.from([0x78, value.length]), Buffer.from(value)]);
  const map = (...fields: Buffer[]) =>
    Buffer.concat([Buffer.from([0xbf]), ...fields, Buffer.from([0xff])]);
  const bytes = (value: Buffer) => {
    const length = Buffer.alloc(5, 0x5a);
    length.writeUInt32BE(value.length, 1);
    return Buffer.concat([length, value]);
  };
  const time = (ms: number) => {
    const integer = Buffer.from('c11b0000000000000000', 'hex');
    integer.writeBigUInt64BE(BigInt(ms), 2);
    return integer;
  };

  it('writes and reads bytes, and its records are counted', async () => {
    const data = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) % 251));
    const begun = Date.now();
    const put = await send(
      'PutRecord',
      map(
        text('Data'),
        bytes(data),
        text('PartitionKey'),
        text('k'),
        text('StreamARN'),
        text(StreamARN),
      ),
    );
    expect(put.status).toBe(200);
    expect(kinesis.storedIn('events')).toBe(1);
    expect(measured).toContain('IncomingBytes 200000');

    const from = (ms: number) =>
      send(
        'GetShardIterator',
        map(
          ...['StreamName', 'events', 'ShardId', put.content.ShardId].map(text),
          ...['ShardIteratorType', 'AT_TIMESTAMP', 'Timestamp'].map(text),
          time(ms),
        ),
      );
    const { content } = await from(begun - 1_000);
    const read = await send(
      'GetRecords',
      map(text('ShardIterator'), textOfLength(content.ShardIterator)),
    );
    const [record] = read.content.Records;
    expect(data.equals(record.Data)).toBe(true);
    expect(record.ApproximateArrivalTimestamp.getTime()).toBeGreaterThanOrEqual(begun);
    expect(record.ApproximateArrivalTimestamp.getTime()).toBeLessThanOrEqual(Date.now());
  });
  const textOfLength = (value: string) => {
    const head = Buffer.from([0x79, value.length >> 8, value.length & 0xff]);
    return Buffer.concat([head, Buffer.from(value)]);
  };

  it('reads that records follow', async () => {
    const Records = ['a', 'b'].map((each) => ({ PartitionKey: 'k', Data: Buffer.from(each) }));
    const { Records: [first] = [] } = await client.send(
      new PutRecordsCommand({ StreamARN, Records }),
    );
    const from = {
      StreamName: 'events',
      ShardId: first?.ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    };
    const { ShardIterator } = await kinesis.call('GetShardIterator', from);
    const read = async (iterator: string) => {
      const limit = Buffer.from([0x01]);
      return (
        await send(
          'GetRecords',
          map(text('ShardIterator'), textOfLength(iterator), text('Limit'), limit),
        )
      ).content;
    };
    const content = await read(ShardIterator);
    expect(content).toMatchObject({ Records: [{ Data: Buffer.from('a') }] });
    expect(content.MillisBehindLatest).toBeGreaterThan(0);
    const last = await read(content.NextShardIterator);
    expect(last).toMatchObject({ Records: [{ Data: Buffer.from('b') }], MillisBehindLatest: 0 });
  });

  it('gets errors by their names', async () => {
    const { status, content } = await send(
      'DescribeStreamSummary',
      map(text('StreamName'), text('nothing')),
    );
    expect(status).toBe(400);
    expect(content.__type).toBe('ResourceNotFoundException');
  });
});

describe('A stream', () => {
  it('is found by its ARN alone', async () => {
    const Records = [{ PartitionKey: 'k', Data: Buffer.from('a') }];
    await expect(client.send(new PutRecordsCommand({ StreamARN, Records }))).resolves.toMatchObject(
      {
        FailedRecordCount: 0,
      },
    );
    const { StreamDescriptionSummary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamARN }),
    );
    expect(StreamDescriptionSummary).toMatchObject({
      StreamName: 'events',
      OpenShardCount: 2,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });
  });
});

const idsOf = async (Type?: ShardFilterType, ShardId?: string): Promise<string[]> => {
  const ShardFilter = Type && { Type, ShardId };
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamARN, ShardFilter }));
  return Shards.map((shard) => String(Number(shard.ShardId?.slice(-12))));
};
const update = (TargetShardCount: number) =>
  client.send(
    new UpdateShardCountCommand({ StreamARN, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
  );

describe('An on-demand stream', () => {
  const StreamName = 'open';

  it('says so, and that partition keys decide where its records go', async () => {
    const response = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(response.StreamDescriptionSummary).toMatchObject({
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RecordDistributionStrategy: 'USER_PARTITION_KEY',
    });
  });

  it.each([
    [StreamName, 'ON_DEMAND'],
    ['events', 'PROVISIONED'],
  ])('shows its mode in DescribeStream: %s', async (name, StreamMode) => {
    const response = await client.send(new DescribeStreamCommand({ StreamName: name }));
    expect(response.StreamDescription).toMatchObject({
      StreamName: name,
      Shards: expect.arrayContaining([expect.anything()]),
      StreamModeDetails: { StreamMode },
    });
  });

  it('counts among the limits, as its shards do', async () => {
    const limits = () => client.send(new DescribeLimitsCommand({}));
    await expect(limits()).resolves.toMatchObject({
      OnDemandStreamCount: 1,
      OnDemandStreamCountLimit: 50,
      OpenShardCount: 4,
    });
    await update(4);
    const { ShardLimit = 0, OpenShardCount } = await limits();
    expect(OpenShardCount).toBe(6);
    expect(ShardLimit).toBeGreaterThan(6);
  });

  it('has as many shards as AWS chooses', async () => {
    const input = { StreamName, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' } as const;
    await expect(client.send(new UpdateShardCountCommand(input))).rejects.toThrow('on-demand');
  });
});

describe('ListShards', () => {
  it('lists the shards that its filter names', async () => {
    await update(4);
    await expect(idsOf()).resolves.toEqual(['0', '1', '2', '3', '4', '5']);
    await expect(idsOf('FROM_TRIM_HORIZON')).resolves.toHaveLength(6);
    await expect(idsOf('AT_LATEST')).resolves.toEqual(['2', '3', '4', '5']);
    await expect(idsOf('AT_TRIM_HORIZON')).resolves.toEqual(['0', '1']);
    await expect(idsOf('AFTER_SHARD_ID', 'shardId-000000000003')).resolves.toEqual(['4', '5']);
    await expect(idsOf('AT_TIMESTAMP')).rejects.toThrow('AT_TIMESTAMP is not served locally');
  });
});

describe('UpdateShardCount', () => {
  /** Sizes of the open ranges, in thousandths of the ring, in their order. */
  async function ranges(): Promise<number[]> {
    const { Shards = [] } = await client.send(
      new ListShardsCommand({ StreamARN, ShardFilter: { Type: 'AT_LATEST' } }),
    );
    const open = Shards.map(
      ({ HashKeyRange: { StartingHashKey = '', EndingHashKey = '' } = {} }) => ({
        from: BigInt(StartingHashKey),
        to: BigInt(EndingHashKey),
      }),
    ).sort((a, b) => (a.from < b.from ? -1 : 1));
    open.forEach(({ from }, i) => {
      expect(from).toBe(i === 0 ? 0n : (open[i - 1]?.to ?? 0n) + 1n);
    });
    expect(open.at(-1)?.to).toBe(2n ** 128n - 1n);
    return open.map(({ from, to }) => Math.round(Number(((to - from) * 100_000n) >> 128n) / 100));
  }
  const equal = (count: number) => Array.from({ length: count }, () => Math.round(1_000 / count));

  it.each([[[4, 8, 4, 2, 1]], [[3, 6, 5, 3, 2]]])('divides the ring evenly: %j', async (counts) => {
    for (const count of counts) {
      await update(count);
      await expect(ranges()).resolves.toEqual(equal(count));
    }
  });

  it('evens out what was split by hand', async () => {
    const ShardToSplit = 'shardId-000000000000';
    await client.send(
      new SplitShardCommand({
        StreamARN,
        ShardToSplit,
        NewStartingHashKey: (2n ** 125n).toString(),
      }),
    );
    await untilActive(kinesis.call, 'events');
    await expect(ranges()).resolves.toEqual([125, 375, 500]);
    await expect(update(2)).resolves.toMatchObject({ CurrentShardCount: 3, TargetShardCount: 2 });
    await expect(ranges()).resolves.toEqual([500, 500]);
  });

  it.each([5, 100])('at most doubles: %d of 2 is refused', async (count) => {
    await expect(update(count)).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  it('at most halves', async () => {
    await update(4);
    await expect(update(1)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(update(0)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
