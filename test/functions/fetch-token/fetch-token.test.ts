import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET, type SpotifyOptions } from 'spotify-mock/server.ts';
import { NOTHING_USED } from '../../../core/allowance.ts';
import { keys } from '../../../core/lake/keys.ts';
import { createHttp } from '../../../core/spotify/client.ts';
import { fetchToken, parseRequest } from '../../../functions/fetch-token/fetch-token.ts';
import { cleanUpAfterEach, givenSpotify } from '../../../packages/spotify-mock/test/fixtures.ts';
import { createMemoryLake, type FakeLake } from '../../fixtures/fake-lake.ts';
import {
  closeServersAfterEach,
  errorOf,
  givenParameters,
  impatient,
  type Reply,
  run,
  serveReplies,
  storedToken,
} from '../fixtures.ts';

cleanUpAfterEach();
closeServersAfterEach();

const NOW = Date.parse(run.startedAt);
const IN_AN_HOUR = '2026-11-21T07:00:00.000Z';
const IN_TWO_HOURS = '2026-11-21T08:00:00.000Z';
const plenty = { requests: 100, waitSeconds: 900 };
const issued = { outcome: 'ISSUED', waitSeconds: 0, reason: null };
const credentials = { 'client-id': LOCAL_CLIENT_ID, 'client-secret': LOCAL_CLIENT_SECRET };

async function given(
  parameters: Record<string, string> = credentials,
  options: Partial<SpotifyOptions> = {},
) {
  const spotify = await givenSpotify(options);
  const store = givenParameters(parameters);
  const lake = createMemoryLake();
  const accounts = {
    http: createHttp({ timeoutMs: 2_000 }),
    accountsUrl: spotify.url,
    timeoutMs: 2_000,
    retryPolicy: impatient,
  };
  return {
    spotify,
    ...store,
    lake,
    fetch: (expiresAt: string | null, renewals = 0, clock = () => NOW, limits = plenty) =>
      fetchToken(
        { run, token: { expiresAt, renewals } },
        { tokens: store.tokens, lake, limits, accounts, clock },
      ),
  };
}

describe('FetchToken at the start of a run', () => {
  it('stores a token and lets its expiry alone into the state', async () => {
    const { fetch, spotify, tokens } = await given();
    const result = await fetch(null);
    expect(result).toEqual({ ...issued, expiresAt: IN_AN_HOUR, renewals: 0 });
    expect(await tokens.readToken()).toEqual({
      accessToken: spotify.tokens[0],
      expiresAt: IN_AN_HOUR,
    });
    expect(JSON.stringify(result)).not.toContain(spotify.tokens[0]);
  });

  it('proves the credentials although a token is stored', async () => {
    const { fetch, spotify } = await given({
      ...credentials,
      'access-token': storedToken('old', IN_TWO_HOURS),
    });
    expect(await fetch(null)).toEqual({ ...issued, expiresAt: IN_AN_HOUR, renewals: 0 });
    expect(spotify.requests.byEndpoint.token).toBe(1);
  });

  it('goes by the lifetime that Spotify names', async () => {
    const { fetch } = await given(credentials, { tokenLifetimeSeconds: 90 });
    expect((await fetch(null)).expiresAt).toBe('2026-11-21T06:01:30.000Z');
  });

  it('with wrong credentials stores nothing', async () => {
    const { fetch, tokens } = await given({ ...credentials, 'client-secret': 'wrong' });
    expect(await errorOf(fetch(null))).toMatchObject({ name: 'InvalidCredentials' });
    expect(await tokens.readToken()).toBeUndefined();
  });

  it('without credentials asks nobody', async () => {
    const { fetch, spotify } = await given({});
    expect(await errorOf(fetch(null))).toMatchObject({ name: 'InvalidInput' });
    expect(spotify.requests.byEndpoint.token).toBe(0);
  });
});

describe('FetchToken after Spotify rejected a token', () => {
  it('gets another one where the rejected one is still the stored one', async () => {
    const { fetch, spotify, tokens } = await given({
      ...credentials,
      'access-token': storedToken('rejected', '2026-11-21T06:30:00.000Z'),
    });
    expect(await fetch('2026-11-21T06:30:00.000Z')).toEqual({
      ...issued,
      expiresAt: IN_AN_HOUR,
      renewals: 1,
    });
    expect((await tokens.readToken())?.accessToken).toBe(spotify.tokens[0]);
  });

  it('gets one where none is stored any more', async () => {
    const { fetch, spotify } = await given();
    expect(await fetch(IN_TWO_HOURS)).toEqual({ ...issued, expiresAt: IN_AN_HOUR, renewals: 1 });
    expect(spotify.requests.byEndpoint.token).toBe(1);
  });

  it('stops after five renewals, before it asks for a sixth', async () => {
    const { fetch, spotify } = await given();
    let token = await fetch(null);
    for (let i = 1; i <= 5; i++) {
      token = await fetch(token.expiresAt, token.renewals, () => NOW + i * 1_000);
    }
    expect(token.renewals).toBe(5);
    const asked = spotify.requests.byEndpoint.token;
    expect(asked).toBe(6);
    const error = await errorOf(fetch(token.expiresAt, token.renewals));
    expect(error).toMatchObject({ name: 'AccessTokenRejected', transient: false });
    expect(spotify.requests.byEndpoint.token).toBe(asked);
  });
});

describe('FetchToken under a limit', () => {
  const usageOf = (lake: FakeLake) => lake.jsonOf(keys.usage(run));
  async function givenReplies(...replies: Reply[]) {
    const server = await serveReplies(...replies);
    const { tokens } = givenParameters(credentials);
    const lake = createMemoryLake();
    const accounts = {
      http: createHttp({ timeoutMs: 2_000 }),
      accountsUrl: server.url,
      timeoutMs: 2_000,
      retryPolicy: impatient,
    };
    const fetch = (limits = plenty) =>
      fetchToken(
        { run, token: { expiresAt: null, renewals: 0 } },
        { tokens, lake, limits, accounts },
      );
    return { server, lake, fetch };
  }
  const limited = { status: 429, headers: { 'retry-after': '30' } };

  it('waits as long as the accounts service asks, within the seconds of the run', async () => {
    const { fetch, lake } = await givenReplies(limited);
    expect(await fetch()).toMatchObject({ outcome: 'WAIT', waitSeconds: 30, expiresAt: null });
    expect(usageOf(lake)).toEqual({ ...NOTHING_USED, tokenRequests: 1, waitedMs: 30_000 });
    expect(await fetch({ ...plenty, waitSeconds: 59 })).toMatchObject({
      outcome: 'LIMIT_REACHED',
      reason: 'RateLimited',
    });
    expect(usageOf(lake)).toEqual({ ...NOTHING_USED, tokenRequests: 2, waitedMs: 30_000 });
  });

  it('ends where the quota is used up, and where the requests of the run are', async () => {
    const quota = { status: 429, body: { error: { reason: 'QUOTA_EXCEEDED' } } };
    const { fetch, server } = await givenReplies(quota);
    expect(await fetch()).toMatchObject({ outcome: 'LIMIT_REACHED', reason: 'QuotaExhausted' });
    expect(await fetch({ requests: 1, waitSeconds: 9 })).toMatchObject({ reason: 'BudgetSpent' });
    expect(server.requests).toHaveLength(1);
  });

  it('counts each request, whatever becomes of it', async () => {
    const { fetch, lake, server } = await givenReplies({ status: 503 });
    expect(await errorOf(fetch())).toMatchObject({ name: 'ServiceUnavailable' });
    expect(usageOf(lake).tokenRequests).toBe(server.requests.length);
  });
});

describe('The event of FetchToken', () => {
  it('is the state of the run', () => {
    const token = { expiresAt: null, renewals: 0 };
    expect(parseRequest({ run, token })).toEqual({ run, token });
  });

  it.each([
    [null, 'value'],
    [{}, 'run'],
    [{ run }, 'token'],
    [{ run, token: {} }, 'token.expiresAt'],
    [{ run, token: { expiresAt: null, renewals: -1 } }, 'token.renewals'],
    [{ run, token: { expiresAt: null, renewals: 'two' } }, 'token.renewals'],
  ])('is refused when it is %j', (event, field) => {
    expect(() => parseRequest(event)).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringContaining(`FetchToken: ${field}: `),
      }),
    );
  });
});
