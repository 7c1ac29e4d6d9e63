import { request } from 'node:http';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { AwsError } from '../../src/gateway/aws-error.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { createIam, type Statement } from '../../src/iam/iam.ts';
import { createSsm } from '../../src/ssm/ssm.ts';
import { errorOf } from '../fixtures/error-of.ts';

const noS3 = {
  routing: (_: unknown, response: { end(text: string): void }) => response.end('this is S3'),
};
let gateway: Gateway;
let ssm: SSMClient;

async function given(services: Parameters<typeof startGateway>[0]) {
  gateway = await startGateway(services, noS3 as never);
  ssm = new SSMClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}
afterEach(async () => {
  ssm.destroy();
  await gateway.close();
});

const read = (...Names: string[]) => ssm.send(new GetParametersCommand({ Names }));

describe('Parameters on this machine, through the SDK', () => {
  const put = (Name: string, Value: string, Overwrite?: boolean) =>
    ssm.send(
      new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: Overwrite ?? false }),
    );

  it('are there from the start, and those that are not are named', async () => {
    await given({ AmazonSSM: createSsm({ '/a': 'one', '/b': 'Ærø' }) });
    const response = await read('/b', '/none', '/a');
    expect(response.Parameters?.map(({ Name, Value, Type }) => [Name, Value, Type])).toEqual([
      ['/b', 'Ærø', 'SecureString'],
      ['/a', 'one', 'SecureString'],
    ]);
    expect(response.InvalidParameters).toEqual(['/none']);
  });

  it('can be read one by one', async () => {
    await given({ AmazonSSM: createSsm({ '/a': 'one' }) });
    const one = (Name: string) => ssm.send(new GetParameterCommand({ Name }));
    expect((await one('/a')).Parameter).toMatchObject({ Name: '/a', Value: 'one', Version: 1 });
    expect(await errorOf(one('/none'))).toMatchObject({ name: 'ParameterNotFound' });
  });

  it('can be put, and put again where that is asked for', async () => {
    await given({ AmazonSSM: createSsm({}) });
    expect((await put('/a', 'one')).Version).toBe(1);
    expect(await errorOf(put('/a', 'two'))).toMatchObject({ name: 'ParameterAlreadyExists' });
    expect((await read('/a')).Parameters?.[0]?.Value).toBe('one');
    expect((await put('/a', 'two', true)).Version).toBe(2);
    expect((await read('/a')).Parameters?.[0]).toMatchObject({ Value: 'two', Version: 2 });
  });
});

describe('The gateway', () => {
  it('listens on this machine alone, on a free port', async () => {
    await given({});
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    // A server on all addresses would respond here as well.
    const { port } = new URL(gateway.url);
    await expect(fetch(`http://127.0.0.2:${port}`)).rejects.toThrow('fetch failed');
  });

  it('names an error as AWS does, so that the SDK makes it an exception', async () => {
    await given({
      AmazonSSM: {
        GetParameters() {
          throw new AwsError('AccessDeniedException', 'not allowed');
        },
      },
    });
    expect(await errorOf(read('/a'))).toMatchObject({
      name: 'AccessDeniedException',
      message: 'not allowed',
    });
  });

  it('names what it does not serve', async () => {
    await given({ AmazonSSM: {} });
    expect(await errorOf(read('/a'))).toMatchObject({ name: 'UnknownOperationException' });
    await gateway.close();
    await given({});
    expect((await errorOf(read('/a'))).message).toContain('AmazonSSM.GetParameters');
  });

  it('survives a bug of a service, and a body that is no JSON', async () => {
    await given({
      AmazonSSM: {
        GetParameters() {
          throw new TypeError('a bug');
        },
      },
    });
    expect(await errorOf(read('/a'))).toMatchObject({ name: 'InternalFailure', message: 'a bug' });
    const headers = { 'x-amz-target': 'AmazonSSM.GetParameters' };
    const response = await fetch(gateway.url, { method: 'POST', headers, body: '{' });
    expect(response.status).toBe(500);
  });

  it('leaves to S3 what has no target', async () => {
    await given({});
    expect(await (await fetch(`${gateway.url}/bucket/key`)).text()).toBe('this is S3');
  });

  it.each([
    ['lambda', 'GET', '/2015-03-31/functions/work', undefined],
    ['scheduler', 'POST', '/schedules/nightly', 'application/json'],
  ])('names a service that it does not serve: %s', async (service, method, path, type) => {
    await given({});
    const response = await signed(service, method, path, type);
    expect(response.status).toBe(501);
    expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    expect(await response.json()).toEqual({
      __type: 'UnknownOperationException',
      message: `${service} is not served locally`,
    });
  });
  const signed = (service: string, method: string, path: string, type?: string) => {
    const scope = `Credential=local/20261123/us-east-1/${service}/aws4_request`;
    const headers = {
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=local`,
      ...(type && { 'content-type': type }),
    };
    return fetch(`${gateway.url}${path}`, { method, headers });
  };

  it('names in XML a service that speaks it', async () => {
    await given({});
    const response = await signed('sts', 'POST', '/', 'application/x-www-form-urlencoded');
    expect(response.status).toBe(501);
    const text = await response.text();
    expect(text).toContain('<Error><Type>Receiver</Type><Code>UnknownOperationException</Code>');
    expect(text).toContain('<Message>The Query protocol of sts is not served locally</Message>');
  });

  it('leaves to S3 what is signed for it', async () => {
    await given({});
    expect(await (await signed('s3', 'GET', '/bucket/key')).text()).toBe('this is S3');
  });

  it('is gone once it is closed, requests under way included', async () => {
    await given({ AmazonSSM: { GetParameters: () => new Promise(() => {}) } });
    const pending = errorOf(read('/a'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begin = performance.now();
    await gateway.close();
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(await pending).toBeInstanceOf(Error);
    await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
  });
});

describe('Behind the gateway', () => {
  const parameter = 'arn:aws:ssm:us-east-1:000000000000:parameter';
  const lake = 'arn:aws:s3:::lake';
  let s3: S3Client;

  /** What a caller may do who signs with `signedWith`, where `Role` has these statements. */
  async function givenRole(statements: Statement[], signedWith = 'Role') {
    const roles = new Map([['Role', statements]]);
    gateway = await startGateway(
      { AmazonSSM: createSsm({ '/a': 'one', '/b': 'two' }) },
      noS3 as never,
      {
        iam: createIam(roles),
        roles: new Set(roles.keys()),
        hasObject: (bucket, key) => bucket === 'lake' && key === 'raw/here',
      },
    );
    const settings = {
      endpoint: gateway.url,
      region: 'us-east-1',
      credentials: { accessKeyId: signedWith, secretAccessKey: 'local' },
      maxAttempts: 1,
    };
    ssm = new SSMClient(settings);
    s3 = new S3Client({ ...settings, forcePathStyle: true });
  }
  afterEach(() => s3.destroy());

  const get = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key }));
    return Body?.transformToString();
  };
  const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket: 'lake', Key }));
  const put = (Key: string) =>
    s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x'.repeat(100_000) }));
  const statusOf = async (work: Promise<unknown>) =>
    work.then(
      () => 200,
      (error) => error.$metadata.httpStatusCode,
    );

  it('a role reads the parameters that it may, and no others', async () => {
    await givenRole([{ actions: ['ssm:GetParameters'], resources: [`${parameter}/a`] }]);
    expect((await read('/a')).Parameters).toHaveLength(1);
    expect(await errorOf(read('/a', '/b'))).toMatchObject({
      name: 'AccessDeniedException',
      message: `Role is not allowed to ssm:GetParameters on ${parameter}/b`,
    });
  });

  it('a role reads and writes the objects that it may, and no others', async () => {
    await givenRole([
      { actions: ['s3:GetObject'], resources: [`${lake}/raw/*`] },
      { actions: ['s3:PutObject'], resources: [`${lake}/curated/ingest_date=*`] },
    ]);
    expect(await get('raw/here')).toBe('this is S3');
    expect(await statusOf(head('raw/here'))).toBe(200);
    expect(await statusOf(put('curated/ingest_date=2026-11-21/x'))).toBe(200);
    expect(await statusOf(put('raw/here'))).toBe(403);
    expect(await errorOf(get('curated/x'))).toMatchObject({
      name: 'AccessDenied',
      message: `Role is not allowed to s3:GetObject on ${lake}/curated/x`,
    });
  });

  it.each(['a<b', 'a&b', 'a>b"'])('names what a role lacks for the key %s', async (key) => {
    await givenRole([]);
    expect(await errorOf(get(key))).toMatchObject({
      name: 'AccessDenied',
      message: `Role is not allowed to s3:GetObject on ${lake}/${key}`,
    });
  });

  it.each(['/lake/%E0%A4%A', '//'])('a malformed path gets a response: %s', async (path) => {
    await givenRole([]);
    const { port } = new URL(gateway.url);
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=Role/20261121/' };
      const sent = request({ port, host: '127.0.0.1', path, headers }, ({ statusCode }) =>
        resolve(statusCode),
      );
      sent
        .on('error', reject)
        .setTimeout(1_000, () => sent.destroy())
        .end();
    });
    expect(status).toBe(400);
  });

  it('a role that may not list does not learn that an object is missing', async () => {
    const mayRead = { actions: ['s3:GetObject'], resources: [`${lake}/*`] };
    await givenRole([mayRead]);
    expect(await errorOf(get('raw/none'))).toMatchObject({
      name: 'AccessDenied',
      message: `Role is not allowed to s3:ListBucket on ${lake}`,
    });
    expect(await statusOf(head('raw/none'))).toBe(403);
    expect(await statusOf(head('raw/here'))).toBe(200);
    await gateway.close();
    s3.destroy();
    await givenRole([mayRead, { actions: ['s3:ListBucket'], resources: [lake] }]);
    expect(await get('raw/none')).toBe('this is S3'); // which would respond with 404
    expect(await statusOf(head('raw/none'))).toBe(200);
  });

  it.each(['AnotherRole', 'role', 'local'])(
    '%s, who is no role here, may do everything',
    async (signedWith) => {
      await givenRole([], signedWith);
      expect((await read('/a', '/b')).Parameters).toHaveLength(2);
      expect(await get('raw/here')).toBe('this is S3');
      expect(await get('raw/none')).toBe('this is S3');
      expect(await statusOf(put('raw/here'))).toBe(200);
    },
  );

  it('a caller that does not sign may do everything', async () => {
    await givenRole([]);
    const options = { headers: { 'x-amz-target': 'AmazonSSM.GetParameters' }, method: 'POST' };
    const response = await fetch(gateway.url, { ...options, body: '{"Names":["/a"]}' });
    expect(await response.json()).toMatchObject({ Parameters: [{ Name: '/a', Value: 'one' }] });
    expect((await fetch(`${gateway.url}/lake/raw/none`)).status).toBe(200);
  });
});
