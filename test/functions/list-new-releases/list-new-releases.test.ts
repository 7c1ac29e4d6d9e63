import type { Fault } from 'spotify-mock/faults.ts';
import type { SpotifyOptions } from 'spotify-mock/server.ts';
import { keys } from '../../../core/lake/keys.ts';
import {
  type Listing,
  listNewReleases,
  parseRequest,
} from '../../../functions/list-new-releases/list-new-releases.ts';
import { createAccessToken } from '../../../functions/runtime/access-token.ts';
import {
  askForToken,
  catalog,
  cleanUpAfterEach,
  givenSpotify,
  json,
} from '../../../packages/spotify-mock/test/fixtures.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  album,
  closeServersAfterEach,
  errorOf,
  givenParameters,
  page,
  type Reply,
  run,
  serveReplies,
  spotifyClient,
  storedToken,
} from '../fixtures.ts';

cleanUpAfterEach();
closeServersAfterEach();

const EXPIRES = '2026-11-21T07:00:00.000Z';
const start: Listing = {
  pages: 0,
  expected: 0,
  requests: 0,
  waitedSeconds: 0,
  source: null,
  cursor: null,
  outcome: 'MORE',
  waitSeconds: 0,
};
const settings = {
  source: 'auto' as 'auto' | 'search' | 'new-releases',
  style: 'offset' as 'offset' | 'next',
  market: 'US',
  requestsPerRun: 1_000,
  longestWaitSeconds: 900,
};

function given(url: string, token: string, more: Partial<typeof settings> = {}) {
  const lake = createMemoryLake();
  const { tokens } = givenParameters({ 'access-token': storedToken(token, EXPIRES) });
  const dependencies = {
    spotify: spotifyClient(url),
    accessToken: createAccessToken(tokens),
    lake,
    settings: { ...settings, ...more },
  };
  const list = (listing: Partial<Listing> = {}) =>
    listNewReleases(
      { run, token: { expiresAt: EXPIRES }, listing: { ...start, ...listing } },
      dependencies,
    );
  return {
    lake,
    list,
    /** Turn after turn, as the state machine takes them. */
    async listAll(turns = 50) {
      let listing = start;
      do {
        listing = await list(listing);
        turns -= 1;
      } while (listing.outcome === 'MORE' && turns > 0);
      return listing;
    },
  };
}

async function givenMock(
  options: Partial<SpotifyOptions> & { faults?: never } = {},
  more: Partial<typeof settings> = {},
  ...faults: Fault[]
) {
  const spotify = await givenSpotify({ ...options, faults: { seed: 0, faults } });
  const { access_token } = await json(await askForToken(spotify));
  return { spotify, ...given(spotify.url, access_token, more) };
}

async function givenReplies(replies: Reply[], more: Partial<typeof settings> = {}) {
  const server = await serveReplies(...replies);
  return { server, ...given(server.url, 'BQ', more) };
}

describe('ListNewReleases', () => {
  it('lands a page a turn, byte for byte', async () => {
    const body = '{ "albums": { "items":[{"id":"a","n":1.0}],"offset":0,"limit":50,"total":1 } }\n';
    const { list, lake } = await givenReplies([{ body }]);
    expect(await list()).toEqual({
      ...start,
      pages: 1,
      expected: 1,
      requests: 1,
      source: 'new-releases',
      outcome: 'DONE',
    });
    expect(lake.keys()).toEqual([keys.listingPage(run, 0)]);
    expect(lake.bytesOf(keys.listingPage(run, 0)).toString()).toBe(body);
  });

  it.each(['offset', 'next'] as const)('gets all pages, paging by %s', async (style) => {
    const { spotify, listAll, lake } = await givenMock({}, { style });
    expect(await listAll()).toMatchObject({
      pages: 2,
      expected: 60,
      requests: 2,
      source: 'new-releases',
      cursor: null,
      outcome: 'DONE',
    });
    const ids = lake.keys().flatMap((key) => {
      const { items } = lake.jsonOf(key).albums;
      return items.map(({ id }: { id: string }) => id);
    });
    expect(ids).toEqual(catalog.albums.map(({ id }) => id));
    expect(spotify.requests.byEndpoint['new-releases']).toBe(2);
    expect(spotify.requests.byEndpoint.search).toBe(0);
  });

  it.each(['offset', 'next'] as const)(
    'falls back on the search where new releases are forbidden, and stays with it, paging by %s',
    async (style) => {
      const { spotify, list, listAll } = await givenMock({ app: 'development' }, { style });
      expect(await list()).toMatchObject({ source: 'search', requests: 2, outcome: 'MORE' });
      spotify.reset();
      expect(await listAll()).toMatchObject({ pages: 6, source: 'search', outcome: 'DONE' });
      expect(spotify.requests.byEndpoint).toMatchObject({ 'new-releases': 1, search: 6 });
    },
  );

  it('falls back on nothing where the source is set', async () => {
    const { list, spotify, lake } = await givenMock(
      { app: 'development' },
      { source: 'new-releases' },
    );
    expect((await errorOf(list())).name).toBe('EndpointNotAllowed');
    expect(spotify.requests.byEndpoint.search).toBe(0);
    expect(lake.keys()).toEqual([]);
  });

  it.each([
    [404, 'ResourceNotFound'],
    [400, 'RequestRejected'],
    [502, 'ServiceUnavailable'],
  ])(
    'falls back on nothing after a %i, which says nothing of the endpoint',
    async (status, name) => {
      const { list, server } = await givenReplies([{ status }]);
      expect((await errorOf(list())).name).toBe(name);
      expect(server.requests.every(({ path }) => path?.startsWith('/v1/browse/'))).toBe(true);
    },
  );

  it('fails where neither is allowed', async () => {
    const { list } = await givenReplies([{ status: 403, body: 'Premium required' }]);
    expect((await errorOf(list())).message).toBe('GET /v1/search answered 403: Premium required');
  });

  it('does not fall back in the middle: pages of two sources do not make one listing', async () => {
    const { list } = await givenReplies([{ status: 403 }]);
    const cursor = { offset: 50, path: '/v1/browse/new-releases?limit=50&offset=50' };
    const error = await errorOf(list({ pages: 1, source: 'new-releases', cursor }));
    expect(error.message).toMatch(/^GET \/v1\/browse\/new-releases answered 403/);
  });

  it('goes on where its cursor is, and numbers the pages', async () => {
    const body = { albums: page([album('a')], { offset: 50, limit: 50, total: 51 }) };
    const { list, lake, server } = await givenReplies([{ body }]);
    const cursor = { offset: 50, path: '/v1/browse/new-releases?limit=50&offset=50&locale=*' };
    const listing = await list({ pages: 1, expected: 60, source: 'new-releases', cursor });
    expect(listing).toMatchObject({ pages: 2, expected: 60, outcome: 'DONE' });
    expect(lake.keys()).toEqual([keys.listingPage(run, 1)]);
    expect(server.requests[0]?.path).toBe(cursor.path);
  });

  it('lands nothing of an answer that is no page', async () => {
    const { list, lake } = await givenReplies([{ body: { albums: { items: [] } } }]);
    expect((await errorOf(list())).name).toBe('ContractBroken');
    expect(lake.keys()).toEqual([]);
  });

  it('leads back to FetchToken where its token expired', async () => {
    const { list } = await givenMock({}, {}, token401);
    expect((await errorOf(list())).name).toBe('AccessTokenExpired');
  });
});

const token401: Fault = { kind: 'token-expiry', endpoint: 'listing', at: 0, times: 1 };

describe('ListNewReleases under a limit', () => {
  const limited = (seconds: number | string) => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
  });

  it('hands the seconds over to the state machine, and stays where it was', async () => {
    const cursor = { offset: 50, path: '/v1/browse/new-releases?limit=50&offset=50' };
    const before = { pages: 1, expected: 60, requests: 1, source: 'new-releases' as const, cursor };
    const { list, lake } = await givenReplies([limited(30)]);
    expect(await list({ ...before, waitedSeconds: 10 })).toEqual({
      ...start,
      ...before,
      requests: 2,
      waitedSeconds: 40,
      waitSeconds: 30,
      outcome: 'RATE_LIMITED',
    });
    expect(lake.keys()).toEqual([]);
  });

  it('waits a second where the answer says none, and counts it, so that waiting has an end', async () => {
    const { list } = await givenReplies([limited(0)]);
    const listing = await list();
    expect(listing).toMatchObject({ outcome: 'RATE_LIMITED', waitSeconds: 1, waitedSeconds: 1 });
    expect((await list({ waitedSeconds: 900 })).outcome).toBe('QUOTA_EXHAUSTED');
  });

  it('stops where it would wait longer in all than is allowed', async () => {
    const { list } = await givenReplies([limited(30)]);
    expect(await list({ waitedSeconds: 870 })).toMatchObject({ outcome: 'RATE_LIMITED' });
    expect(await list({ waitedSeconds: 871 })).toMatchObject({
      outcome: 'QUOTA_EXHAUSTED',
      waitSeconds: 0,
      pages: 0,
    });
  });

  it('gets over a short one by itself', async () => {
    const body = { albums: page([album('a')]) };
    const { list } = await givenReplies([limited(1), { body }]);
    expect(await list()).toMatchObject({ outcome: 'DONE', requests: 2, waitedSeconds: 0 });
  });

  it('stops when the quota is gone', async () => {
    const quota: Fault = { kind: 'quota', endpoint: 'listing', at: 1, times: 1 };
    const { listAll, spotify } = await givenMock({}, {}, quota);
    expect(await listAll()).toMatchObject({
      outcome: 'QUOTA_EXHAUSTED',
      pages: 1,
      expected: 60,
      requests: 2,
    });
    expect(spotify.requests.byEndpoint['new-releases']).toBe(2);
  });

  it('asks for nothing once its requests are spent', async () => {
    const { list, server } = await givenReplies([{ body: {} }], { requestsPerRun: 7 });
    expect(await list({ pages: 3, requests: 7 })).toEqual({
      ...start,
      pages: 3,
      requests: 7,
      outcome: 'BUDGET_SPENT',
    });
    expect(server.requests).toEqual([]);
  });

  it('counts repeated requests as well', async () => {
    const body = { albums: page([album('a')]) };
    const { list } = await givenReplies([{ status: 502 }, { body: '{' }, { body }]);
    expect((await list({ requests: 5 })).requests).toBe(8);
  });
});

describe('The event of ListNewReleases', () => {
  const event = { run, token: { expiresAt: EXPIRES }, listing: start };

  it('is what the turn before gave back', () => {
    const { outcome, waitSeconds, ...listing } = start;
    expect(parseRequest(event)).toEqual({ ...event, listing });
  });

  it.each([
    [{ ...event, run: { ...run, runId: '../x' } }, 'run.runId'],
    [{ ...event, token: { expiresAt: null } }, 'token.expiresAt'],
    [{ ...event, listing: { ...start, pages: 1.5 } }, 'listing.pages'],
    [{ ...event, listing: { ...start, source: 'x' } }, 'listing.source'],
    [{ ...event, listing: { ...start, cursor: {} } }, 'listing.cursor.offset'],
  ])('is refused when it is %j', (wrong, field) => {
    expect(() => parseRequest(wrong)).toThrow(`ListNewReleases: ${field}: `);
  });
});
