import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../../../core/errors.ts';
import { createSpotifyClient, parseBaseUrl } from '../../../core/spotify/client.ts';
import { retryPolicy } from '../../../core/spotify/retry.ts';
import {
  askForToken,
  cleanUpAfterEach,
  givenSpotify,
  json,
} from '../../../packages/spotify-mock/test/fixtures.ts';
import { startProxy } from '../../fixtures/forward-proxy.ts';
import {
  accessOf,
  closeServersAfterEach,
  errorOf,
  everythingOf,
  givenAllowance,
  impatient,
  serve,
  serveReplies,
  spotifyClient,
} from '../../functions/fixtures.ts';

closeServersAfterEach();
cleanUpAfterEach();

const TOKEN = 'BQsecret-token-of-this-test';
const once = { ...impatient, attempts: 1 };

describe('The Spotify client', () => {
  it('gives the bytes as they came, and what they say', async () => {
    const body = '{ "name":"Ærø \\ud83c\\udfa7",\n "n":1.0e2 }';
    const server = await serveReplies({ body });
    const response = await spotifyClient(server.url).get('/v1/x', accessOf(TOKEN));
    expect(response.bytes).toEqual(Buffer.from(body));
    expect(response.body).toEqual({ name: 'Ærø 🎧', n: 100 });
  });

  it('sends the token and the whole path', async () => {
    const server = await serveReplies({ body: {} });
    await spotifyClient(server.url).get('/v1/search?q=tag%3Anew&type=album', accessOf(TOKEN));
    expect(server.requests).toEqual([
      { path: '/v1/search?q=tag%3Anew&type=album', authorization: `Bearer ${TOKEN}` },
    ]);
  });

  it('keeps one connection for all its requests', async () => {
    const spotify = await givenSpotify();
    const { access_token } = await json(await askForToken(spotify));
    const before = spotify.connections;
    const client = spotifyClient(spotify.url);
    for (let i = 0; i < 25; i++)
      await client.get('/v1/browse/new-releases', accessOf(access_token));
    expect(spotify.connections - before).toBe(1);
  });

  it('keeps its connection over error responses', async () => {
    const server = await serveReplies(
      { status: 502 },
      { status: 404, body: 'no such thing' },
      { status: 403, body: 'plain text' },
      { body: {} },
    );
    const client = spotifyClient(server.url, { retryPolicy: once });
    for (let i = 0; i < 3; i++) await errorOf(client.get('/v1/x', accessOf(TOKEN)));
    await client.get('/v1/x', accessOf(TOKEN));
    expect(server.connections).toBe(1);
  });

  it('asks the pacer before each request, repeated ones included, and counts them all', async () => {
    let turns = 0;
    const pacer = {
      turn: async () => {
        turns += 1;
      },
    };
    const server = await serveReplies({ status: 502 }, { status: 502 }, { body: {} });
    const client = spotifyClient(server.url, { pacer });
    const allowance = givenAllowance();
    await client.get('/v1/x', accessOf(TOKEN, allowance));
    expect({ turns, counted: allowance.usage.requests, sent: server.requests.length }).toEqual({
      turns: 3,
      counted: 3,
      sent: 3,
    });
  });

  it('pauses as long as Retry-After says, and no longer than the client may', async () => {
    const allowance = givenAllowance();
    const server = await serveReplies(
      { status: 429, headers: { 'retry-after': '2' } },
      { status: 429, headers: { 'retry-after': '5' } },
      { body: {} },
    );
    await spotifyClient(server.url, { retryPolicy }).get('/v1/x', accessOf(TOKEN, allowance));
    expect(allowance.slept.map((ms) => Math.floor(ms / 1_000))).toEqual([2, 5]);

    const busy = await serveReplies({ status: 429, headers: { 'retry-after': '6' } });
    const error = await errorOf(
      spotifyClient(busy.url, { retryPolicy }).get('/v1/x', accessOf(TOKEN, allowance)),
    );
    expect(error).toMatchObject({ name: 'RateLimited', retryAfterSeconds: 6 });
    expect(busy.requests).toHaveLength(1);
    expect(allowance.slept).toHaveLength(2);
  });

  it('sends nothing more once a 429 is not waited out, nor counts what waited for its turn', async () => {
    const allowance = givenAllowance();
    const server = await serveReplies(
      { status: 429, body: { error: { reason: 'QUOTA_EXCEEDED' } } },
      { body: {} },
    );
    const turns: (() => void)[] = [];
    const pacer = { turn: () => new Promise<void>((resolve) => turns.push(resolve)) };
    const client = spotifyClient(server.url, { pacer, retryPolicy });
    const calls = [1, 2].map(() => errorOf(client.get('/v1/x', accessOf(TOKEN, allowance))));
    while (turns.length < 2) await new Promise(setImmediate);
    turns[0]?.();
    const [first] = await Promise.all([calls[0]]);
    turns[1]?.();
    expect(first).toMatchObject({ name: 'QuotaExhausted' });
    expect(await calls[1]).toBe(first);
    expect(server.requests).toHaveLength(1);
    expect(allowance.usage).toMatchObject({ requests: 1, leased: 0, waitedMs: 0 });
  });

  it('sends nothing that the run has no request for', async () => {
    const server = await serveReplies({ status: 502 });
    const client = spotifyClient(server.url);
    const allowance = givenAllowance({ requests: 2 });
    const error = await errorOf(client.get('/v1/x', accessOf(TOKEN, allowance)));
    expect(error.name).toBe('BudgetSpent');
    expect(server.requests).toHaveLength(2);
    expect(allowance.stored.map(({ requests }) => requests)).toEqual([1, 2]);
  });

  it.each([
    ['an exhausted quota', { status: 429, body: { error: { reason: 'QUOTA_EXCEEDED' } } }],
    ['an expired token', { status: 401 }],
    ['a forbidden endpoint', { status: 403, body: 'Premium required' }],
    ['a thing that is not there', { status: 404 }],
    ['a refused request', { status: 400 }],
  ])('asks no second time after %s', async (_, reply) => {
    const server = await serveReplies(reply);
    await errorOf(spotifyClient(server.url).get('/v1/x', accessOf(TOKEN)));
    expect(server.requests).toHaveLength(1);
  });
});

describe('A broken response', () => {
  const cut = '{"albums":{"items":[';

  it('that is truncated JSON is asked for again', async () => {
    const server = await serveReplies({ body: cut }, { body: { whole: true } });
    const client = spotifyClient(server.url);
    expect((await client.get('/v1/x', accessOf(TOKEN))).body).toEqual({ whole: true });
    expect(server.requests).toHaveLength(2);
  });

  it('that stays no JSON is named, without quoting it: it may be a token', async () => {
    const server = await serveReplies({ body: TOKEN });
    const error = await errorOf(spotifyClient(server.url).get('/v1/x', accessOf(TOKEN)));
    expect(error).toMatchObject({ name: 'ContractBroken', transient: true });
    expect(everythingOf(error)).not.toContain(TOKEN.slice(0, 8));
    expect(server.requests).toHaveLength(4);
  });

  it('that breaks off in the middle is asked for again, on a new connection', async () => {
    let n = 0;
    const server = await serve((_, response) => {
      n += 1;
      if (n > 2) return void response.end('{}');
      response.writeHead(200, { 'content-length': '1000' });
      response.write(n === 1 ? cut : '', () => response.destroy());
    });
    const client = spotifyClient(server.url);
    expect((await client.get('/v1/x', accessOf(TOKEN))).body).toEqual({});
  });

  it('that never begins ends with the timeout', async () => {
    const server = await serve(() => {});
    const begin = performance.now();
    const error = await errorOf(
      spotifyClient(server.url, { timeoutMs: 100, retryPolicy: once }).get(
        '/v1/x',
        accessOf(TOKEN),
      ),
    );
    expect(error.name).toBe('ServiceUnavailable');
    expect(error.message).toMatch(
      /^GET \/v1\/x on 127\.0\.0\.1:\d+ gave no whole response within 0\.1 s$/,
    );
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('that trickles in for ever fails after the timeout too', async () => {
    const server = await serve(async (_, response) => {
      response.writeHead(200);
      while (!response.destroyed) {
        response.write(' ');
        await sleep(20);
      }
    });
    const begin = performance.now();
    const error = await errorOf(
      spotifyClient(server.url, { timeoutMs: 150, retryPolicy: once }).get(
        '/v1/x',
        accessOf(TOKEN),
      ),
    );
    expect(error.message).toContain('gave no whole response within 0.15 s');
    expect(performance.now() - begin).toBeLessThan(1_500);
  });

  it('that is far too large is not taken into memory', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const error = await errorOf(
      spotifyClient(server.url, { retryPolicy: once, timeoutMs: 10_000 }).get(
        '/v1/x',
        accessOf(TOKEN),
      ),
    );
    expect(error.name).toBe('ServiceUnavailable');
    expect(error.message).toContain('ERR_BAD_RESPONSE');
  });

  it('from nobody says which host could not be reached', async () => {
    const server = await serve(() => {});
    await server.close();
    const error = await errorOf(
      spotifyClient(server.url, { retryPolicy: once }).get('/v1/x', accessOf(TOKEN)),
    );
    expect(error.name).toBe('ServiceUnavailable');
    expect(error.message).toContain(`on ${new URL(server.url).host} could not be reached`);
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('The token', () => {
  it('stays with the configured host when a response redirects', async () => {
    const other = await serveReplies({ body: {} });
    for (const status of [301, 302, 307, 308]) {
      const server = await serveReplies({ status, headers: { location: `${other.url}/v1/x` } });
      const error = await errorOf(spotifyClient(server.url).get('/v1/x', accessOf(TOKEN)));
      expect(error.name).toBe('ContractBroken');
    }
    expect(other.requests).toEqual([]);
  });

  it('is sent to no other host, scheme or port that a path names', async () => {
    const api = await serveReplies({ body: {} });
    const other = await serveReplies({ body: {} });
    const client = spotifyClient(api.url);
    const { host, port } = new URL(other.url);
    for (const path of [`${other.url}/v1/x`, `//${host}/v1/x`, `\\\\${host}/v1/x`]) {
      expect((await errorOf(client.get(path, accessOf(TOKEN)))).name).toBe('ContractBroken');
    }
    const https = `${api.url.replace('http:', 'https:')}/v1/x`;
    expect((await errorOf(client.get(https, accessOf(TOKEN)))).name).toBe('ContractBroken');
    // What merely looks like another host is a path.
    await client.get(`/@127.0.0.1:${port}/v1/x`, accessOf(TOKEN));
    expect(other.requests).toEqual([]);
    expect(api.requests).toHaveLength(1);
  });

  it('goes by no proxy of the environment', async () => {
    const proxy = await serveReplies({ body: {} });
    const api = await serveReplies({ body: {} });
    process.env.http_proxy = proxy.url;
    try {
      await spotifyClient(api.url).get('/v1/x', accessOf(TOKEN));
    } finally {
      delete process.env.http_proxy;
    }
    expect(proxy.requests).toEqual([]);
    expect(api.requests).toHaveLength(1);
  });

  it('is in no error, however deep one looks', async () => {
    const cutOff = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '9' });
      response.write('{', () => response.destroy());
    });
    const dropping = await serve((_, response) => void response.destroy());
    const silent = await serve(() => {});
    const closed = await serve(() => {});
    await closed.close();
    const broken = await serveReplies({ body: '{"cut' });
    const servers = [cutOff, dropping, silent, closed, broken];
    for (const status of [302, 400, 401, 403, 404, 429, 500, 502]) {
      servers.push(await serveReplies({ status, body: { error: { status, message: 'x' } } }));
    }
    for (const { url } of servers) {
      const client = spotifyClient(url, { retryPolicy: once, timeoutMs: 200 });
      const error = await errorOf(client.get('/v1/x?market=US', accessOf(TOKEN)));
      expect(error).toBeInstanceOf(TributaryError);
      expect(everythingOf(error)).not.toContain(TOKEN);
      expect(everythingOf(error)).not.toContain('Bearer');
    }
  });

  it.each([400, 401, 403, 404, 429, 500])(
    'is taken out of a response of %i that echoes it, in JSON or not',
    async (status) => {
      const bodies = [
        { error: { status, message: `The token ${TOKEN} has expired` } },
        { error: 'invalid_token', error_description: `${TOKEN}, ${TOKEN}` },
        { error: { reason: 'QUOTA_EXCEEDED', of: TOKEN } },
        `GET /v1/x HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\n`,
        // Where a message is cut, no part of the token is left over.
        `${'x'.repeat(190)} ${TOKEN}`,
      ];
      for (const body of bodies) {
        const { url } = await serveReplies({ status, body });
        const client = spotifyClient(url, { retryPolicy: once });
        const error = await errorOf(client.get('/v1/x', accessOf(TOKEN)));
        expect(error.message).toContain(`returned ${status}: `);
        expect(error.message).toContain('[access');
        expect(everythingOf(error)).not.toContain(TOKEN.slice(0, 8));
      }
    },
  );

  it('stays in the bytes of a good response: raw data is the input', async () => {
    const server = await serveReplies({ body: { name: TOKEN } });
    const { bytes, body } = await spotifyClient(server.url).get('/v1/x', accessOf(TOKEN));
    expect(body).toEqual({ name: TOKEN });
    expect(bytes.toString()).toBe(JSON.stringify(body));
  });
});

describe('A base URL of the settings', () => {
  it.each([
    ['https://api.spotify.com', 'https://api.spotify.com'],
    ['https://api.spotify.com/', 'https://api.spotify.com'],
    ['https://api.spotify.com/v1?x#y', 'https://api.spotify.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('%j is %j', (value, origin) => {
    expect(parseBaseUrl('SPOTIFY_API_URL', value)).toBe(origin);
  });

  it.each([
    'http://api.spotify.com',
    'http://127.0.0.1.evil.example',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'api.spotify.com',
    '',
  ])('%j is refused by the name of its setting', (value) => {
    expect(() => parseBaseUrl('SPOTIFY_API_URL', value)).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringMatching(/^SPOTIFY_API_URL must be an https URL/),
      }),
    );
  });
});

describe('behind a proxy', () => {
  const ask = (proxyUrl: string) =>
    createSpotifyClient({
      apiUrl: 'https://127.0.0.1:9',
      timeoutMs: 2_000,
      retryPolicy: { ...retryPolicy, attempts: 1 },
      pacer: { turn: async () => {} },
      proxyEnv: { HTTPS_PROXY: proxyUrl, NO_PROXY: 'other.example' },
    }).get('/v1/x', accessOf(TOKEN));

  it('the client asks for a tunnel to the API, with the password that the proxy wants', async () => {
    const proxy = await startProxy({ user: 'me', password: 'p@ss' });
    try {
      const error = await ask(proxy.url).catch((caught: unknown) => caught);
      expect(proxy.seen).toEqual(['CONNECT 127.0.0.1:9']);
      // Nothing listens behind the tunnel.
      expect(error).toMatchObject({ name: 'ServiceUnavailable' });
    } finally {
      await proxy.close();
    }
  });

  it('no message holds the password that a proxy does not take', async () => {
    const proxy = await startProxy({ user: 'me', password: 'p@ss' });
    try {
      const error = await ask(proxy.url.replace('p%40ss', 'wrong-one')).catch(
        (caught: unknown) => caught as Error,
      );
      expect(error).toMatchObject({
        name: 'ServiceUnavailable',
        message:
          'GET /v1/x on 127.0.0.1:9 could not be reached through the proxy (ERR_PROXY_TUNNEL)',
      });
      expect(everythingOf(error)).not.toContain('wrong-one');
    } finally {
      await proxy.close();
    }
  });
});

it('The client of the product pauses by its policy without being told to', async () => {
  const server = await serveReplies({ status: 502 }, { body: {} });
  const client = createSpotifyClient({
    apiUrl: server.url,
    timeoutMs: 1_000,
    retryPolicy: { ...retryPolicy, baseMs: 20 },
    pacer: { turn: async () => {} },
  });
  await client.get('/v1/x', accessOf(TOKEN));
  expect(server.requests).toHaveLength(2);
});
