import { defaultProvider } from '../../../functions/runtime/environment-credentials.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

it('Credentials come from the environment, the session token where there is one', async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });
  delete process.env.AWS_SESSION_TOKEN;
  const pair = { accessKeyId: 'id', secretAccessKey: 'secret' };
  expect(await defaultProvider()()).toEqual(pair);
  process.env.AWS_SESSION_TOKEN = 'token';
  expect(await defaultProvider()()).toEqual({ ...pair, sessionToken: 'token' });
});

it('Missing credentials are an error that names the variables', async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  await expect(defaultProvider()()).rejects.toThrow(/AWS_ACCESS_KEY_ID/);
});
