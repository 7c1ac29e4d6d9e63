import { connect } from 'node:net';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import type { StreamFaults } from '../../src/kinesis/faults.ts';
import { type Kinesis, startKinesis } from '../../src/kinesis/kinesis.ts';
import { connectClient } from './connect-client.ts';

let kinesis: Kinesis;
let gateway: Gateway;
let client: KinesisClient;
let faults: StreamFaults;

beforeEach(async () => {
  faults = {};
  kinesis = await startKinesis([{ name: 'events', shards: 2, retentionHours: 48 }], {
    isDown: (name) => faults.isDown?.(name) ?? false,
    failsEntry: (name) => faults.failsEntry?.(name) ?? false,
  });
  gateway = await startGateway({ Kinesis_20131202: kinesis.handle });
  client = connectClient(gateway.url);
});

afterEach(async () => {
  client.destroy();
  await gateway.close();
  await kinesis.close();
});

const entries = (...data: string[]) =>
  data.map((each) => ({ PartitionKey: each, Data: Buffer.from(each) }));
const put = (...data: string[]) =>
  client.send(new PutRecordsCommand({ StreamName: 'events', Records: entries(...data) }));

async function everything(): Promise<string[]> {
  const all: string[] = [];
  for (const ShardId of ['shardId-000000000000', 'shardId-000000000001']) {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: 'events',
        ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
    for (const { Data } of Records ?? []) all.push(Buffer.from(Data ?? []).toString());
  }
  return all.sort();
}

describe('Kinesis of the local stage', () => {
  it('serves the SDK through the gateway', async () => {
    await expect(put('a', 'b', 'c')).resolves.toMatchObject({ FailedRecordCount: 0 });
    await expect(everything()).resolves.toEqual(['a', 'b', 'c']);
  });

  it('says how far behind the tip of its shard each read is', async () => {
    await put(...Array.from({ length: 100 }, (_, i) => `${i}`));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const ShardId = 'shardId-000000000000';
    const from = { StreamName: 'events', ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(from));
    const of = (records: number, behind = 0) => `${records} ${behind >= 30 ? 'behind' : behind}`;
    const reads: string[] = [];
    let count = 0;
    for (let behind = 1; behind > 0; ) {
      const read = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 20 }));
      const { Records = [], NextShardIterator, MillisBehindLatest = 0 } = read;
      reads.push(of(Records.length, MillisBehindLatest));
      count += Records.length;
      behind = MillisBehindLatest;
      ShardIterator = NextShardIterator;
    }
    expect(count).toBeGreaterThan(40);
    expect(reads.slice(0, 2)).toEqual(['20 behind', '20 behind']);
    const atTip = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(atTip).toMatchObject({ Records: [], MillisBehindLatest: 0 });
  });

  it('takes 1 MiB a record, with its partition key in UTF-8', async () => {
    const key = 'clé';
    const Data = Buffer.alloc(1024 * 1024 - Buffer.byteLength(key), 'x');
    const fits = { PartitionKey: key, Data };
    const tooLarge = { PartitionKey: `${key}s`, Data };
    const putOne = (record: typeof fits) =>
      client.send(new PutRecordCommand({ StreamName: 'events', ...record }));
    const putAll = (...Records: (typeof fits)[]) =>
      client.send(new PutRecordsCommand({ StreamName: 'events', Records }));

    await expect(putAll(fits, fits)).resolves.toMatchObject({ FailedRecordCount: 0 });
    await expect(putOne(fits)).resolves.toMatchObject({ ShardId: expect.any(String) });
    await expect(putOne(tooLarge)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /at 'data' .* less than or equal to 1048576, .* key included$/,
      ),
    });
    await expect(putAll(fits, tooLarge)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("at 'records.2.member.data' failed"),
    });
    expect(kinesis.storedIn('events')).toBe(3);
  });

  it('names what is wrong as Kinesis does', async () => {
    const missing = new PutRecordCommand({
      StreamName: 'nothing',
      PartitionKey: 'k',
      Data: Buffer.from(''),
    });
    await expect(client.send(missing)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(kinesis.call('GetRecords', { ShardIterator: 'x' })).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
  });

  it('names an action that is not served', async () => {
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/events';
    const unserved = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'reader' });
    await expect(client.send(unserved)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'Kinesis_20131202.RegisterStreamConsumer is not served locally',
    });
  });

  it('survives a client that goes away in mid-request', async () => {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Kinesis_20131202.PutRecords\r\nContent-Length: 100\r\n\r\n{"Str',
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    await expect(put('a')).resolves.toMatchObject({ FailedRecordCount: 0 });
  });

  it('fails single entries by the plan of faults, in their places, and stores the others', async () => {
    let entry = 0;
    faults = { failsEntry: () => entry++ % 2 === 0 };
    const response = await put('a', 'b', 'c', 'd', 'e');
    expect(response.FailedRecordCount).toBe(3);
    expect(response.Records?.map(({ ErrorCode }) => ErrorCode ?? 'stored')).toEqual([
      'ProvisionedThroughputExceededException',
      'stored',
      'ProvisionedThroughputExceededException',
      'stored',
      'ProvisionedThroughputExceededException',
    ]);
    await expect(everything()).resolves.toEqual(['b', 'd']);
  });

  it('cannot be written to, but read, while it is down', async () => {
    await put('a');
    faults = { isDown: (name) => name === 'events' };
    await expect(put('b')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await expect(everything()).resolves.toEqual(['a']);
  });
});
