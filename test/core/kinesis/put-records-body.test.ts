import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeLimitsCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { keepRequestBuffers } from '../../../core/kinesis/put-records-body.ts';

let server: Server;
let bodies: Buffer[];
let respond: () => [status: number, body: string];
const clients: KinesisClient[] = [];

beforeEach(async () => {
  bodies = [];
  respond = () => [200, '{"FailedRecordCount":0,"Records":[]}'];
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    expect(request.headers['content-length']).toBe(String(body.length));
    bodies.push(body);
    const [status, text] = respond();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
});

function givenClient(): KinesisClient {
  const client = new KinesisClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  clients.push(client);
  return client;
}

const bytes = (length: number, seed: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 256));

it('The body of PutRecords is what the SDK alone would send', async () => {
  const kept = keepRequestBuffers(givenClient());
  const plain = givenClient();
  const lengths = [0, 1, 2, 3, 700, 24 * 1024 - 1, 24 * 1024, 24 * 1024 + 1, 100_000];
  const keys = ['a', 'usa-3-of-16', 'Zoë "東京"\n', '\ud83d', '😀'.repeat(128)];
  for (const count of [1, lengths.length, 2]) {
    const Records = lengths.slice(0, count).map((length, i) => ({
      // A view into a larger piece of memory, as events are.
      Data: new Uint8Array(bytes(length + 7, i).buffer.slice(0), 0).subarray(7, length + 7),
      PartitionKey: keys[i % keys.length] as string,
      ...(i % 2 === 0 && { ExplicitHashKey: String(10n ** BigInt(i * 4)) }),
    }));
    const command = () => new PutRecordsCommand({ StreamName: 'sessions', Records });
    await kept.send(command());
    await plain.send(command());
    const [ours, theirs] = bodies.splice(0) as [Buffer, Buffer];
    expect(JSON.parse(ours.toString())).toEqual(JSON.parse(theirs.toString()));
  }
});

it('Calls in flight at the same time have bodies of their own', async () => {
  const kinesis = keepRequestBuffers(givenClient());
  const send = (n: number) =>
    kinesis.send(
      new PutRecordsCommand({
        StreamName: 'sessions',
        Records: [{ Data: bytes(200_000, n), PartitionKey: String(n) }],
      }),
    );
  for (let round = 0; round < 3; round++) await Promise.all([0, 1, 2, 3].map(send));
  const sent = bodies.map((body) => JSON.parse(body.toString()).Records[0]);
  expect(sent).toHaveLength(12);
  for (const { Data, PartitionKey } of sent) {
    expect(Buffer.from(Data, 'base64').equals(bytes(200_000, Number(PartitionKey)))).toBe(true);
  }
});

it('A failed call is an error with the name that Kinesis gives it', async () => {
  const kinesis = keepRequestBuffers(givenClient());
  respond = () => [400, '{"__type":"ResourceNotFoundException","message":"no such stream"}'];
  const command = new PutRecordsCommand({
    StreamName: 'sessions',
    Records: [{ Data: bytes(10, 1), PartitionKey: 'a' }],
  });
  await expect(kinesis.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(command.input.Records).toHaveLength(1);
});

it('Other calls are as they were', async () => {
  respond = () => [200, '{"ShardLimit":500,"OpenShardCount":4}'];
  const kinesis = keepRequestBuffers(givenClient());
  await expect(kinesis.send(new DescribeLimitsCommand({}))).resolves.toMatchObject({
    ShardLimit: 500,
  });
  expect(bodies[0]?.toString()).toBe('{}');
});
