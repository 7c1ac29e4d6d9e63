import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type RawResponse, startGateway } from 'local-aws/gateway/gateway.ts';
import type { StreamFaults } from 'local-aws/kinesis/faults.ts';
import { type Kinesis, startKinesis } from 'local-aws/kinesis/kinesis.ts';
import { createS3 } from 'local-aws/s3/s3.ts';

const command = join(import.meta.dirname, '../../bin/tributary.js');

/** The command line, as bin/run.js starts it where the Node on the PATH is an older one. */
export const tributary = (args: string[], env: Record<string, string | undefined> = {}) =>
  spawn(process.execPath, ['--min-semi-space-size=16', command, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });

export const BUCKET = 'tributary-local-lake';

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Kinesis and S3 on a free port of 127.0.0.1, and the command as a user runs it there. */
export interface GivenAws {
  url: string;
  kinesis: Kinesis;
  client: KinesisClient;
  s3: S3Client;
  folder: string;
  faults: StreamFaults;
  /** Responses instead of those of Kinesis, by action; undefined lets the request through. */
  respondWith: Record<string, (input: Record<string, unknown>) => object | undefined>;
  /** Resolves at the next response of Kinesis to this action. */
  nextCall(action: string): Promise<void>;
  /** No object can be written any more. */
  denyPuts(): void;
  put(stream: string, ...records: { data: string | Buffer; key?: string }[]): Promise<void>;
  start(args: string[], env?: Record<string, string>): ChildProcess;
  run(
    args: string[],
    options?: { input?: string | Buffer; env?: Record<string, string> },
  ): Promise<Outcome>;
  close(): Promise<void>;
}

export const error = (name: string, message = 'as the test wants it') => ({
  __type: name,
  message,
});

export async function givenAws(streams: Record<string, number>): Promise<GivenAws> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-cli-'));
  mkdirSync(join(folder, 'lake'));
  const faults: StreamFaults = {};
  const kinesis = await startKinesis(
    Object.entries(streams).map(([name, shards]) => ({ name, shards, retentionHours: 24 })),
    {
      isDown: (name) => faults.isDown?.(name) ?? false,
      failsEntry: (name) => faults.failsEntry?.(name) ?? false,
    },
  );
  const respondWith: GivenAws['respondWith'] = {};
  const calls = new EventEmitter();
  const handle = async (headers: IncomingHttpHeaders, body: Buffer): Promise<RawResponse> => {
    const [, action = ''] = String(headers['x-amz-target']).split('.');
    const response = respondWith[action]?.(JSON.parse(body.toString()));
    setImmediate(() => calls.emit(action));
    if (!response) return kinesis.handle(headers, body);
    return {
      status: '__type' in response ? 400 : 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(response)),
    };
  };
  const app = await createS3(join(folder, 'lake'), [BUCKET]);
  let areDenied = false;
  const gateway = await startGateway(
    { Kinesis_20131202: handle },
    {
      routing(request: IncomingMessage, response: ServerResponse) {
        if (!areDenied || request.method !== 'PUT') return app.routing(request, response);
        response.writeHead(403, { 'content-type': 'application/xml' });
        response.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
      },
    },
  );
  const config = {
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const client = new KinesisClient({ ...config, requestHandler: new NodeHttpHandler() });
  const s3 = new S3Client(config);

  const start: GivenAws['start'] = (args, env) =>
    tributary(args, { AWS_ENDPOINT_URL: gateway.url, ...env });

  return {
    url: gateway.url,
    kinesis,
    client,
    s3,
    folder,
    faults,
    respondWith,
    nextCall: async (action) => void (await once(calls, action)),
    denyPuts() {
      areDenied = true;
    },
    async put(StreamName, ...records) {
      for (const { data, key = 'key' } of records) {
        await kinesis.call('PutRecord', {
          StreamName,
          PartitionKey: key,
          Data: Buffer.from(data as string).toString('base64'),
        });
      }
    },
    start,
    run: (args, { input = '', env } = {}) => collect(start(args, env), input),
    async close() {
      client.destroy();
      s3.destroy();
      await gateway.close();
      await app.close();
      await kinesis.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Waits for the end of a command and returns what it wrote; its input stays open where none is given. */
export function collect(child: ChildProcess, input?: string | Buffer): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  child.stdin?.on('error', () => {}); // a command that fails at once does not read
  if (input !== undefined) child.stdin?.end(input);
  return new Promise((resolve) =>
    child.once('close', (status) => resolve({ status, stdout, stderr })),
  );
}

/** The text of every object of the lake whose key begins so, in the order of their keys. */
export async function objectsUnder({ s3 }: GivenAws, Prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return (await Body?.transformToString()) ?? '';
    }),
  );
}

/** Every record of a stream, shard by shard, as its bytes. */
export async function recordsIn({ kinesis }: GivenAws, StreamName: string): Promise<Buffer[]> {
  const { Shards } = await kinesis.call('ListShards', { StreamName });
  const all: Buffer[] = [];
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await kinesis.call('GetShardIterator', {
      StreamName,
      ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    });
    for (;;) {
      const response = await kinesis.call('GetRecords', { ShardIterator });
      if (response.Records.length === 0) break;
      for (const { Data } of response.Records) all.push(Buffer.from(Data, 'base64'));
      ShardIterator = response.NextShardIterator;
    }
  }
  return all;
}
