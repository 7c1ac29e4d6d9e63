import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET } from 'spotify-mock/server.ts';
import { createHttp } from '../../../core/spotify/client.ts';
import { requestToken } from '../../../core/spotify/token.ts';
import { cleanUpAfterEach, givenSpotify } from '../../../packages/spotify-mock/test/fixtures.ts';
import {
  closeServersAfterEach,
  errorOf,
  everythingOf,
  givenAllowance,
  impatient,
  type Reply,
  serve,
  serveReplies,
} from '../../functions/fixtures.ts';

closeServersAfterEach();
cleanUpAfterEach();

const credentials = { clientId: LOCAL_CLIENT_ID, clientSecret: LOCAL_CLIENT_SECRET };
const ask = (url: string, given = credentials, timeoutMs = 2_000, allowance = givenAllowance()) =>
  requestToken(createHttp({ timeoutMs }), url, given, {
    timeoutMs,
    retryPolicy: impatient,
    allowance,
  });
const token = { access_token: 'BQtoken', token_type: 'Bearer', expires_in: 3_600 };

describe('Asking for a token', () => {
  it('gives the token and its seconds', async () => {
    const spotify = await givenSpotify({ tokenLifetimeSeconds: 1_200 });
    const issued = await ask(spotify.url);
    expect(issued).toEqual({ accessToken: spotify.tokens[0], expiresInSeconds: 1_200 });
    expect(spotify.requests.byEndpoint.token).toBe(1);
  });

  it('sends id and secret by Basic auth, and the grant as a form', async () => {
    const seen: unknown[] = [];
    const server = await serve(async (request, response) => {
      const body = await new Response(request as never).text();
      const { authorization, 'content-type': type } = request.headers;
      seen.push({ method: request.method, path: request.url, authorization, type, body });
      response.end(JSON.stringify(token));
    });
    await ask(server.url, { clientId: 'an id', clientSecret: 'pä:ss' });
    expect(seen).toEqual([
      {
        method: 'POST',
        path: '/api/token',
        authorization: `Basic ${Buffer.from('an id:pä:ss').toString('base64')}`,
        type: 'application/x-www-form-urlencoded',
        body: 'grant_type=client_credentials',
      },
    ]);
  });

  it('with a wrong secret names wrong credentials, asks once, and shows no secret', async () => {
    const spotify = await givenSpotify();
    const wrong = { ...credentials, clientSecret: 'wrong-secret' };
    const error = await errorOf(ask(spotify.url, wrong));
    expect(error).toMatchObject({ name: 'InvalidCredentials', transient: false });
    expect(error.message).toContain('400 Invalid client');
    expect(spotify.requests.byEndpoint.token).toBe(1);
    expect(everythingOf(error)).not.toContain('wrong-secret');
  });

  it.each<[string, Reply, string, number]>([
    ['a 401', { status: 401 }, 'InvalidCredentials', 1],
    ['another 400', { status: 400, body: { error: 'invalid_request' } }, 'RequestRejected', 1],
    ['a 502', { status: 502 }, 'ServiceUnavailable', 4],
    ['a 200 that is no JSON', { body: '<html>' }, 'ContractBroken', 4],
    ['a 200 without a token', { body: { expires_in: 3_600 } }, 'ContractBroken', 4],
    ['an empty token', { body: { ...token, access_token: '' } }, 'ContractBroken', 4],
    ['a lifetime of 0', { body: { ...token, expires_in: 0 } }, 'ContractBroken', 4],
    ['a lifetime in words', { body: { ...token, expires_in: '3600' } }, 'ContractBroken', 4],
    ['a negative lifetime', { body: { ...token, expires_in: -3_600 } }, 'ContractBroken', 4],
    ['a lifetime beyond all dates', { body: { ...token, expires_in: 1e20 } }, 'ContractBroken', 4],
    ['a JSON null', { body: 'null' }, 'ContractBroken', 4],
    ['a long rate limit', { status: 429, headers: { 'retry-after': '60' } }, 'RateLimited', 1],
  ])('that gets %s', async (_, reply, name, requests) => {
    const server = await serveReplies(reply);
    expect((await errorOf(ask(server.url))).name).toBe(name);
    expect(server.requests).toHaveLength(requests);
  });

  it('gets over a service that comes back', async () => {
    const server = await serveReplies({ status: 503 }, { body: '{"cut' }, { body: token });
    expect(await ask(server.url)).toEqual({ accessToken: 'BQtoken', expiresInSeconds: 3_600 });
  });

  it('sends the secret to no other host', async () => {
    const other = await serveReplies({ body: token });
    const server = await serveReplies({
      status: 307,
      headers: { location: `${other.url}/api/token` },
    });
    expect((await errorOf(ask(server.url))).name).toBe('ContractBroken');
    expect(other.requests).toEqual([]);
  });

  it('leaves neither secret nor token in an error, however deep one looks', async () => {
    const basic = Buffer.from(`${LOCAL_CLIENT_ID}:${LOCAL_CLIENT_SECRET}`).toString('base64');
    const servers = [
      await serveReplies({ status: 203, body: token }),
      await serveReplies({ status: 201, body: token }),
      await serveReplies({ body: JSON.stringify(token).slice(0, -4) }),
      await serveReplies({ body: 'BQtoken' }),
      await serveReplies({ body: { ...token, expires_in: 'soon' } }),
      await serveReplies({ status: 500 }),
      await serve((_, response) => void response.destroy()),
      await serve(() => {}),
    ];
    for (const { url } of servers) {
      const text = everythingOf(await errorOf(ask(url, credentials, 100)));
      for (const secret of [LOCAL_CLIENT_SECRET, basic, 'BQtoken']) {
        expect(text).not.toContain(secret);
      }
    }
  });

  it.each<[number, unknown, string]>([
    [400, { error: 'invalid_client', error_description: 'No: SECRET' }, 'InvalidCredentials'],
    [401, 'Who is SECRET?', 'InvalidCredentials'],
    [400, { error: 'invalid_request', error_description: 'SECRET, SECRET' }, 'RequestRejected'],
    [403, 'No: SECRET', 'EndpointNotAllowed'],
    [429, { error: { message: 'Too often: SECRET' } }, 'RateLimited'],
    [500, 'client_id=x&client_secret=SECRET', 'ServiceUnavailable'],
    [500, `${'x'.repeat(190)} SECRET`, 'ServiceUnavailable'],
  ])('takes the secret out of a response of %i that echoes it: %j', async (status, body, name) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { url } = await serveReplies({
      status,
      headers: { 'retry-after': '60' },
      body: text.replaceAll('SECRET', LOCAL_CLIENT_SECRET),
    });
    const error = await errorOf(ask(url));
    expect(error.name).toBe(name);
    expect(error.message).toContain('[client');
    expect(everythingOf(error)).not.toContain(LOCAL_CLIENT_SECRET.slice(0, 8));
  });

  it('takes the Basic header out of a response that echoes the request', async () => {
    const server = await serve((request, response) => {
      response.writeHead(502);
      response.end(`POST /api/token\r\nauthorization: ${request.headers.authorization}\r\n`);
    });
    const basic = Buffer.from(`${LOCAL_CLIENT_ID}:${LOCAL_CLIENT_SECRET}`).toString('base64');
    expect(everythingOf(await errorOf(ask(server.url)))).not.toContain(basic);
  });
});
