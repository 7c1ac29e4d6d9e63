import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET, type SpotifyOptions } from 'spotify-mock/server.ts';
import { createHttp } from '../../../core/spotify/client.ts';
import { fetchToken, parseRequest } from '../../../functions/fetch-token/fetch-token.ts';
import { cleanUpAfterEach, givenSpotify } from '../../../packages/spotify-mock/test/fixtures.ts';
import { errorOf, givenParameters, impatient, run, storedToken } from '../fixtures.ts';

cleanUpAfterEach();

const NOW = Date.parse(run.startedAt);
const IN_AN_HOUR = '2026-11-21T07:00:00.000Z';
const IN_TWO_HOURS = '2026-11-21T08:00:00.000Z';
const credentials = { 'client-id': LOCAL_CLIENT_ID, 'client-secret': LOCAL_CLIENT_SECRET };

async function given(
  parameters: Record<string, string> = credentials,
  options: Partial<SpotifyOptions> = {},
) {
  const spotify = await givenSpotify(options);
  const store = givenParameters(parameters);
  const accounts = {
    http: createHttp(2_000),
    accountsUrl: spotify.url,
    timeoutMs: 2_000,
    retryPolicy: impatient,
  };
  return {
    spotify,
    ...store,
    fetch: (expiresAt: string | null, renewals = 0, clock = () => NOW) =>
      fetchToken({ token: { expiresAt, renewals } }, { tokens: store.tokens, accounts, clock }),
  };
}

describe('FetchToken at the start of a run', () => {
  it('stores a token and lets its expiry alone into the state', async () => {
    const { fetch, spotify, tokens } = await given();
    const result = await fetch(null);
    expect(result).toEqual({ expiresAt: IN_AN_HOUR, renewals: 0 });
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
    expect(await fetch(null)).toEqual({ expiresAt: IN_AN_HOUR, renewals: 0 });
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
    expect(await fetch('2026-11-21T06:30:00.000Z')).toEqual({ expiresAt: IN_AN_HOUR, renewals: 1 });
    expect((await tokens.readToken())?.accessToken).toBe(spotify.tokens[0]);
  });

  it('takes the one that a neighbour has got meanwhile, without a request or a secret', async () => {
    const { fetch, spotify, ssm } = await given({
      ...credentials,
      'access-token': storedToken('renewed', IN_TWO_HOURS),
    });
    expect(await fetch(IN_AN_HOUR, 2)).toEqual({ expiresAt: IN_TWO_HOURS, renewals: 3 });
    expect(spotify.requests.byEndpoint.token).toBe(0);
    const names = ssm.commandCalls(GetParametersCommand).flatMap(({ args }) => args[0].input.Names);
    expect(names).toEqual(['/test/access-token']);
  });

  it('gets one where none is stored any more', async () => {
    const { fetch, spotify } = await given();
    expect(await fetch(IN_TWO_HOURS)).toEqual({ expiresAt: IN_AN_HOUR, renewals: 1 });
    expect(spotify.requests.byEndpoint.token).toBe(1);
  });

  it('renews once for all albums that meet the same expired token one after another', async () => {
    const { fetch, spotify } = await given();
    const first = await fetch(null, 0, () => NOW - 1_000);
    const renewed = [];
    for (let i = 0; i < 5; i++) renewed.push(await fetch(first.expiresAt));
    expect(new Set(renewed.map(({ expiresAt }) => expiresAt)).size).toBe(1);
    expect(spotify.requests.byEndpoint.token).toBe(2);
  });

  it('gives up after five renewals, before it asks for a sixth', async () => {
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

describe('The event of FetchToken', () => {
  it('is the state of the run', () => {
    const token = { expiresAt: null, renewals: 0 };
    expect(parseRequest({ run, token })).toEqual({ token });
  });

  it.each([
    [null, 'value'],
    [{}, 'token'],
    [{ token: {} }, 'token.expiresAt'],
    [{ token: { expiresAt: null, renewals: -1 } }, 'token.renewals'],
    [{ token: { expiresAt: null, renewals: 'two' } }, 'token.renewals'],
  ])('is refused when it is %j', (event, field) => {
    expect(() => parseRequest(event)).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringContaining(`FetchToken: ${field}: `),
      }),
    );
  });
});
