import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { keysUnder } from '../../src/s3/keys-under.ts';
import { createS3 } from '../../src/s3/s3.ts';
import { errorOf } from '../fixtures/error-of.ts';

const Bucket = 'lake';
let folder: string;
let app: Awaited<ReturnType<typeof createS3>>;
let gateway: Gateway;
let s3: S3Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-s3-'));
  app = await createS3(folder, [Bucket]);
  gateway = await startGateway({}, app);
  s3 = new S3Client({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  s3.destroy();
  await Promise.all([gateway.close(), app.close()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  for (const name of readdirSync(join(folder, Bucket))) {
    rmSync(join(folder, Bucket, name), { recursive: true });
  }
});

const put = (Key: string, Body: string | Buffer) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const putIf = (Key: string, Body: string, condition: { IfMatch?: string; IfNoneMatch?: '*' }) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }));
const get = async (Key: string, more: object = {}) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

describe('S3 on this machine, through the SDK', () => {
  it('keeps an object as a plain file, byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0xe2, 0x82, 0xac]);
    await put('raw/a/x.bin', bytes);
    expect(readFileSync(join(folder, Bucket, 'raw/a/x.bin'))).toEqual(bytes);
    expect(await get('raw/a/x.bin')).toEqual(bytes);
  });

  it('serves files that another program has written', async () => {
    writeFileSync(join(folder, Bucket, 'by-hand.json'), '{}');
    expect((await get('by-hand.json')).toString()).toBe('{}');
  });

  it('keeps keys of partitions, spaces and other scripts', async () => {
    for (const key of [
      'a/ingest_date=2026-11-21/run_id=x/p.json',
      'with space/+&=.txt',
      'Ærø/東京',
    ]) {
      await put(key, key);
      expect((await get(key)).toString()).toBe(key);
      expect(existsSync(join(folder, Bucket, key))).toBe(true);
    }
  });

  it('takes an object of many megabytes', async () => {
    const bytes = Buffer.alloc(8 * 1024 * 1024, 'bytes');
    await put('large', bytes);
    expect(
      createHash('md5')
        .update(await get('large'))
        .digest('hex'),
    ).toBe(createHash('md5').update(bytes).digest('hex'));
  });

  it('replaces an object whole, and leaves nothing unfinished behind', async () => {
    await Promise.all([put('a', 'x'.repeat(100_000)), put('a', 'y'.repeat(50_000)), put('b', 'z')]);
    const text = (await get('a')).toString();
    expect([...new Set(text)]).toHaveLength(1);
    expect(text.length).toBe(text[0] === 'x' ? 100_000 : 50_000);
    expect(readdirSync(folder)).toEqual([Bucket]);
  });

  it('writes on the condition that nothing is there, or still the same', async () => {
    const { ETag = '' } = await putIf('lease.json', 'first', { IfNoneMatch: '*' });
    const another = putIf('lease.json', 'second', { IfNoneMatch: '*' });
    expect(await errorOf(another)).toMatchObject({ name: 'PreconditionFailed' });
    const outrun = await Promise.all(
      ['a', 'b', 'c'].map((body) =>
        putIf('lease.json', body, { IfMatch: ETag }).then(
          () => 'stored',
          ({ name }) => name,
        ),
      ),
    );
    expect(outrun.sort()).toEqual(['PreconditionFailed', 'PreconditionFailed', 'stored']);
    expect(await errorOf(putIf('none.json', 'x', { IfMatch: ETag }))).toMatchObject({
      name: 'NoSuchKey',
    });
  });

  it('describes an object without its body', async () => {
    await put('a.json', '{}');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a.json' }));
    expect(head.ContentLength).toBe(2);
    expect(head.ETag).toBe(`"${createHash('md5').update('{}').digest('hex')}"`);
    expect(Math.abs(Date.now() - (head.LastModified?.getTime() ?? 0))).toBeLessThan(5_000);
  });

  it('names what is missing as S3 does', async () => {
    expect(await errorOf(get('none'))).toMatchObject({ name: 'NoSuchKey' });
    const head = s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }));
    expect(await errorOf(head)).toMatchObject({ name: 'NotFound' });
    const elsewhere = s3.send(new PutObjectCommand({ Bucket: 'elsewhere', Key: 'a', Body: 'x' }));
    expect(await errorOf(elsewhere)).toMatchObject({ name: 'NoSuchBucket' });
    expect(readdirSync(folder)).toEqual([Bucket]);
  });

  it('lists the keys under a prefix, or all of them, in order, page by page', async () => {
    for (const key of ['raw/b', 'raw/a/2', 'raw/a/10', 'raw/c', 'rawest', 'other/x']) {
      await put(key, key);
    }
    const list = async (Prefix: string | undefined, MaxKeys?: number) => {
      const pages: string[][] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket, Prefix, MaxKeys, ContinuationToken } as never),
        );
        pages.push((page.Contents ?? []).map(({ Key }) => Key ?? ''));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
      return pages;
    };
    expect(await list('raw/', 3)).toEqual([['raw/a/10', 'raw/a/2', 'raw/b'], ['raw/c']]);
    expect(await list('raw', 100)).toEqual([['raw/a/10', 'raw/a/2', 'raw/b', 'raw/c', 'rawest']]);
    expect(await list('none/', 100)).toEqual([[]]);
    const all = ['other/x', 'raw/a/10', 'raw/a/2', 'raw/b', 'raw/c', 'rawest'];
    expect(await list(undefined)).toEqual([all]);
    expect(await list('')).toEqual([all]);
    expect(await list(undefined, 4)).toEqual([all.slice(0, 4), all.slice(4)]);
  });

  it('lists the buckets', async () => {
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets).toEqual([{ Name: Bucket, CreationDate: expect.any(Date) }]);
  });

  it('deletes an object, and one that is not there', async () => {
    await put('a', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(existsSync(join(folder, Bucket, 'a'))).toBe(false);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  });

  it.each(['../outside', 'a/../../outside', '../lake-of-another/x'])(
    'writes nothing outside of its bucket: %s',
    async (key) => {
      // The SDK would tidy the path up; another client need not.
      const url = `${gateway.url}/${Bucket}/${key.replaceAll('.', '%2E').replaceAll('/', '%2F')}`;
      const response = await fetch(url, { method: 'PUT', body: 'x' });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(readdirSync(folder)).toEqual([Bucket]);
    },
  );
});

describe('Keys under a prefix', () => {
  it('are in byte order, as S3 gives them', async () => {
    for (const key of ['a-b', 'a/b', 'a0', 'B', 'ä']) await put(key, 'x');
    expect(keysUnder(join(folder, Bucket), '')).toEqual(['B', 'a-b', 'a/b', 'a0', 'ä']);
  });

  it('are none where there is no such folder', () => {
    expect(keysUnder(join(folder, Bucket), 'none/of/these')).toEqual([]);
  });
});

describe('a listing with a delimiter', () => {
  it('names folders once, beside the objects at its level', async () => {
    for (const Key of ['t/day=1/a', 't/day=1/b', 't/day=2/a', 't/top']) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
    const list = { Bucket, Prefix: 't/', Delimiter: '/' };
    const all = await s3.send(new ListObjectsV2Command(list));
    expect(all.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['t/day=1/', 't/day=2/']);
    expect(all.Contents?.map(({ Key }) => Key)).toEqual(['t/top']);
    const first = await s3.send(new ListObjectsV2Command({ ...list, MaxKeys: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, CommonPrefixes: [{ Prefix: 't/day=1/' }] });
    const { NextContinuationToken: ContinuationToken } = first;
    const rest = await s3.send(new ListObjectsV2Command({ ...list, ContinuationToken }));
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 't/day=2/' }]);
  });
});
