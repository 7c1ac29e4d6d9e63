import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createAwsFaultInjector } from '../../src/faults/aws-fault-injector.ts';
import type { AwsFault } from '../../src/faults/aws-faults.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { createS3 } from '../../src/s3/s3.ts';
import { createSsm } from '../../src/ssm/ssm.ts';
import { clientOptions } from '../fixtures/clients.ts';
import { errorOf } from '../fixtures/error-of.ts';

let folder: string;
let s3App: Awaited<ReturnType<typeof createS3>>;
let gateway: Gateway;
const killed: string[] = [];
const faults = createAwsFaultInjector();
const plan = (fault: AwsFault) => faults.setPlan({ seed: 0, faults: [fault] });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-faults-'));
  s3App = await createS3(folder, ['lake']);
  gateway = await startGateway({ AmazonSSM: createSsm({ '/a': 'one' }) }, s3App, undefined, {
    faults: faults.gateway,
    functionOf: (id) => (id === 'environment-1' ? 'shop-dev-plan' : undefined),
    kill: (id) => killed.push(id),
  });
});
afterAll(async () => {
  await Promise.all([gateway.close(), s3App.close()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => killed.splice(0));

/** Clients of a function's environment, or of a person without a session token. */
function clients(sessionToken?: string, maxAttempts = 1) {
  const { credentials, ...options } = clientOptions(gateway.url);
  const of = {
    ...options,
    maxAttempts,
    credentials: { ...credentials, ...(sessionToken && { sessionToken }) },
  };
  return { s3: new S3Client(of), ssm: new SSMClient(of) };
}
const put = ({ s3 }: ReturnType<typeof clients>, Key: string) =>
  s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x'.repeat(100_000) }));
const has = (key: string) => existsSync(join(folder, 'lake', key));

describe('A fault at the gateway, through the SDK', () => {
  it('is SlowDown of S3, which the SDK retries', async () => {
    plan({ kind: 'throttled', service: 's3', at: 0, times: 1 });
    const error = await errorOf(put(clients('environment-1'), 'slow'));
    expect(error).toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    expect(has('slow')).toBe(false);
    plan({ kind: 'throttled', service: 's3', at: 0, times: 1 });
    await put(clients('environment-1', 2), 'slow');
    expect(has('slow')).toBe(true);
  });

  it('is an internal error of S3, and one of Parameter Store', async () => {
    plan({ kind: 'internal-error', service: 's3', at: 0, times: 1 });
    expect(await errorOf(put(clients('environment-1'), 'a'))).toMatchObject({
      name: 'InternalError',
    });
    plan({ kind: 'throttled', service: 'ssm', at: 0, times: 1 });
    const { ssm } = clients('environment-1');
    const read = () => ssm.send(new GetParametersCommand({ Names: ['/a'] }));
    expect(await errorOf(read())).toMatchObject({ name: 'ThrottlingException' });
    expect((await read()).Parameters).toHaveLength(1);
  });

  it('is a connection that ends without a response', async () => {
    plan({ kind: 'no-response', service: 's3', at: 0, times: 1 });
    expect(await errorOf(put(clients('environment-1'), 'gone'))).toMatchObject({
      message: expect.stringContaining('ECONNRESET'),
    });
    expect(has('gone')).toBe(false);
  });

  it.each(['none', 'done'] as const)(
    'ends the environment that calls, with the effect of its call: %s',
    async (effect) => {
      plan({ kind: 'killed-at-call', counts: 'writes', effect, at: 0, times: 1 });
      await errorOf(put(clients('environment-1'), `killed-${effect}`));
      expect(killed).toEqual(['environment-1']);
      expect(has(`killed-${effect}`)).toBe(effect === 'done');
    },
  );

  it('strikes no call of a person, and none of an environment that is gone', async () => {
    plan({ kind: 'throttled', service: 's3', at: 0, times: 9 });
    await put(clients(), 'mine');
    await put(clients('environment-0'), 'mine');
    expect(faults.struck).toEqual({});
  });
});
