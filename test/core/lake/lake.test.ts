import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { startGateway } from 'local-aws/gateway/gateway.ts';
import { createS3 } from 'local-aws/s3/s3.ts';
import { createLake, type Lake } from '../../../core/lake/lake.ts';
import { createFileLake, createMemoryLake } from '../../fixtures/fake-lake.ts';
import { errorOf } from '../../functions/fixtures.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function givenFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-lake-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function overS3(): Promise<Lake> {
  const s3 = await createS3(givenFolder(), ['lake']);
  const gateway = await startGateway({}, s3);
  const client = new S3Client({
    endpoint: gateway.url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  closing.push(
    () => s3.close(),
    () => gateway.close(),
    () => client.destroy(),
  );
  return createLake(client, 'lake');
}

// The fakes of other tests promise what the lake promises.
describe.each<[string, () => Lake | Promise<Lake>]>([
  ['over the S3 protocol', overS3],
  ['of the tests, in memory', () => createMemoryLake()],
  ['of the tests, in files', () => createFileLake(givenFolder())],
])('The lake %s', (_, open) => {
  it('gives back the bytes that were put', async () => {
    const lake = await open();
    const bytes = Buffer.from([0, 255, 10, 13, 0xe2, 0x82, 0xac]);
    await lake.put('raw/a.bin', bytes);
    await lake.put('raw/b.txt', 'Ærø');
    expect(await lake.get('raw/a.bin')).toEqual(bytes);
    expect((await lake.get('raw/b.txt')).toString()).toBe('Ærø');
  });

  it('puts JSON on one line, and gives it back', async () => {
    const lake = await open();
    await lake.putJson('a.json', { a: [1, null] });
    expect((await lake.get('a.json')).toString()).toBe('{"a":[1,null]}\n');
    expect(await lake.getJson('a.json')).toEqual({ a: [1, null] });
  });

  it('names what is not there', async () => {
    const lake = await open();
    const error = await errorOf(lake.get('raw/none.json'));
    expect(error.name).toBe('RawDataMissing');
    expect(error.message).toContain('raw/none.json does not exist');
    expect((await errorOf(lake.getJson('raw/none.json'))).name).toBe('RawDataMissing');
  });

  it('names what is not whole JSON', async () => {
    const lake = await open();
    await lake.put('cut.json', '{"a":');
    const error = await errorOf(lake.getJson('cut.json'));
    expect(error.name).toBe('RawDataMissing');
    expect(error.message).toContain('cut.json is not whole JSON');
  });

  it('tells when an object loaded, in whole seconds, and that one did not', async () => {
    const lake = await open();
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    await lake.put('a.json', '{}');
    const storedAt = (await lake.storedAt('a.json'))?.getTime() ?? 0;
    expect(storedAt).toBeGreaterThanOrEqual(before);
    expect(storedAt).toBeLessThanOrEqual(Date.now());
    expect(storedAt % 1_000).toBe(0);
    expect(await lake.storedAt('none.json')).toBeUndefined();
  });

  it('lists the keys under a prefix, in order', async () => {
    const lake = await open();
    for (const key of ['raw/b/2', 'raw/a/10', 'raw/a/2', 'raw/a', 'rawest/a', 'raw/a1/x']) {
      if (key !== 'raw/a') await lake.put(key, key);
    }
    expect(await lake.list('raw/a/')).toEqual(['raw/a/10', 'raw/a/2']);
    expect(await lake.list('raw/a')).toEqual(['raw/a/10', 'raw/a/2', 'raw/a1/x']);
    expect(await lake.list('raw/none/')).toEqual([]);
  });

  it('replaces an object that is put again', async () => {
    const lake = await open();
    await lake.put('a', 'longer than');
    await lake.put('a', 'this');
    expect((await lake.get('a')).toString()).toBe('this');
    expect(await lake.list('a')).toEqual(['a']);
  });
});

describe('The lake', () => {
  const client = new S3Client({});
  const s3 = mockClient(client);
  const lake = createLake(client, 'bucket');
  beforeEach(() => s3.reset());

  it('goes through every page of a listing', async () => {
    s3.on(ListObjectsV2Command, { Bucket: 'bucket', Prefix: 'raw/' })
      .resolvesOnce({ Contents: [{ Key: 'raw/1' }], NextContinuationToken: 'more' })
      .resolvesOnce({ Contents: [{ Key: 'raw/2' }, {}], NextContinuationToken: 'again' })
      .resolvesOnce({});
    expect(await lake.list('raw/')).toEqual(['raw/1', 'raw/2']);
    const tokens = s3
      .commandCalls(ListObjectsV2Command)
      .map((call) => call.args[0].input.ContinuationToken);
    expect(tokens).toEqual([undefined, 'more', 'again']);
  });

  it('says what kind of content it puts', async () => {
    s3.on(PutObjectCommand).resolves({});
    await lake.putJson('a.json', {});
    await lake.put('b.parquet', 'x', 'application/vnd.apache.parquet');
    await lake.put('c', 'x');
    const types = s3
      .commandCalls(PutObjectCommand)
      .map(({ args }) => [args[0].input.Bucket, args[0].input.Key, args[0].input.ContentType]);
    expect(types).toEqual([
      ['bucket', 'a.json', 'application/json'],
      ['bucket', 'b.parquet', 'application/vnd.apache.parquet'],
      ['bucket', 'c', 'application/octet-stream'],
    ]);
  });

  it('takes a missing object for missing and any other failure for a failure', async () => {
    const denied = Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
    const none = { message: 'x', $metadata: {} };
    s3.on(GetObjectCommand, { Key: 'none' }).rejects(new NoSuchKey(none));
    s3.on(HeadObjectCommand, { Key: 'none' }).rejects(new NotFound(none));
    s3.on(GetObjectCommand, { Key: 'secret' }).rejects(denied);
    s3.on(HeadObjectCommand, { Key: 'secret' }).rejects(denied);
    expect(await errorOf(lake.get('none'))).toMatchObject({
      name: 'RawDataMissing',
      message: 's3://bucket/none does not exist',
    });
    expect(await lake.storedAt('none')).toBeUndefined();
    expect(await errorOf(lake.getJson('secret'))).toBe(denied);
    expect(await errorOf(lake.storedAt('secret'))).toBe(denied);
  });

  it('takes a response without a body for missing data', async () => {
    s3.on(GetObjectCommand).resolves({});
    expect((await errorOf(lake.get('a'))).message).toBe('s3://bucket/a has no body');
  });
});
