import type { Fault } from 'spotify-mock/faults.ts';
import type { SpotifyOptions } from 'spotify-mock/server.ts';
import type { Usage } from '../../../core/allowance.ts';
import { NOTHING_USED } from '../../../core/allowance.ts';
import { keys } from '../../../core/lake/keys.ts';
import { createSpotifySource } from '../../../core/spotify/source.ts';
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
  calls: 0,
  pages: 0,
  expected: 0,
  source: null,
  cursor: null,
  outcome: 'MORE',
  waitSeconds: 0,
  stoppedBy: null,
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
  const { requestsPerRun, longestWaitSeconds, ...of } = { ...settings, ...more };
  const dependencies = {
    source: createSpotifySource(spotifyClient(url), of),
    accessToken: createAccessToken(tokens),
    lake,
    limits: { requests: requestsPerRun, waitSeconds: longestWaitSeconds },
  };
  const list = (listing: Partial<Listing> = {}) =>
    listNewReleases(
      { run, token: { expiresAt: EXPIRES }, listing: { ...start, ...listing } },
      dependencies,
    );
  return {
    lake,
    list,
    usage: (): Usage => lake.jsonOf(keys.usage(run)),
    use: (usage: Partial<Usage>) =>
      lake.store(keys.usage(run), JSON.stringify({ ...NOTHING_USED, ...usage }), new Date()),
    pages: () => lake.keys().filter((key) => key !== keys.usage(run)),
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
  it('stores a page a call, byte for byte', async () => {
    const body = '{ "albums": { "items":[{"id":"a","n":1.0}],"offset":0,"limit":50,"total":1 } }\n';
    const { list, lake, pages, usage } = await givenReplies([{ body }]);
    expect(await list()).toEqual({
      ...start,
      calls: 1,
      pages: 1,
      expected: 1,
      source: 'new-releases',
      outcome: 'DONE',
    });
    expect(usage()).toEqual({ ...NOTHING_USED, requests: 1 });
    expect(pages()).toEqual([keys.listingPage(run, 0)]);
    expect(lake.bytesOf(keys.listingPage(run, 0)).toString()).toBe(body);
  });

  it.each(['offset', 'next'] as const)('gets all pages, paging by %s', async (style) => {
    const { spotify, listAll, lake, pages } = await givenMock({}, { style });
    expect(await listAll()).toMatchObject({
      pages: 2,
      expected: 60,
      source: 'new-releases',
      cursor: null,
      outcome: 'DONE',
    });
    const ids = pages().flatMap((key) => {
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
      expect(await list()).toMatchObject({ source: 'search', outcome: 'MORE' });
      spotify.reset();
      expect(await listAll()).toMatchObject({ pages: 6, source: 'search', outcome: 'DONE' });
      expect(spotify.requests.byEndpoint).toMatchObject({ 'new-releases': 1, search: 6 });
    },
  );

  it('falls back on nothing where the source is set', async () => {
    const { list, spotify, pages } = await givenMock(
      { app: 'development' },
      { source: 'new-releases' },
    );
    expect((await errorOf(list())).name).toBe('EndpointNotAllowed');
    expect(spotify.requests.byEndpoint.search).toBe(0);
    expect(pages()).toEqual([]);
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
    expect((await errorOf(list())).message).toBe('GET /v1/search returned 403: Premium required');
  });

  it('does not fall back in the middle: pages of two sources do not make one listing', async () => {
    const { list } = await givenReplies([{ status: 403 }]);
    const cursor = { offset: 50, path: '/v1/browse/new-releases?limit=50&offset=50' };
    const error = await errorOf(list({ pages: 1, source: 'new-releases', cursor }));
    expect(error.message).toMatch(/^GET \/v1\/browse\/new-releases returned 403/);
  });

  it('goes on where its cursor is, and numbers the pages', async () => {
    const body = { albums: page([album('a')], { offset: 50, limit: 50, total: 51 }) };
    const { list, pages, server } = await givenReplies([{ body }]);
    const cursor = { offset: 50, path: '/v1/browse/new-releases?limit=50&offset=50&locale=*' };
    const listing = await list({ pages: 1, expected: 60, source: 'new-releases', cursor });
    expect(listing).toMatchObject({ pages: 2, expected: 60, outcome: 'DONE' });
    expect(pages()).toEqual([keys.listingPage(run, 1)]);
    expect(server.requests[0]?.path).toBe(cursor.path);
  });

  it('stores nothing of a response that is no page', async () => {
    const { list, pages } = await givenReplies([{ body: { albums: { items: {} } } }]);
    expect((await errorOf(list())).name).toBe('ContractBroken');
    expect(pages()).toEqual([]);
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
    const before = { calls: 1, pages: 1, expected: 60, source: 'new-releases', cursor };
    const { list, pages, use, usage } = await givenReplies([limited(30)]);
    use({ requests: 1, waitedMs: 10_000 });
    expect(await list(before)).toEqual({
      ...start,
      ...before,
      calls: 2,
      waitSeconds: 30,
      outcome: 'WAIT',
    });
    expect(usage()).toEqual({ ...NOTHING_USED, requests: 2, waitedMs: 40_000 });
    expect(pages()).toEqual([]);
  });

  it('waits no longer in all than the run may', async () => {
    const { list, use, usage } = await givenReplies([limited(30)]);
    use({ waitedMs: 870_000 });
    expect(await list()).toMatchObject({ outcome: 'WAIT', waitSeconds: 30 });
    expect(await list()).toMatchObject({
      outcome: 'DONE',
      stoppedBy: 'RateLimited',
      waitSeconds: 0,
      pages: 0,
    });
    expect(usage().waitedMs).toBe(900_000);
  });

  it('stops at a Retry-After of seconds that never ends, and counts what it waited', async () => {
    const { list, usage, server } = await givenReplies([limited(1)], { longestWaitSeconds: 2 });
    let listing = await list();
    for (let i = 0; i < 20 && listing.outcome === 'WAIT'; i++) listing = await list(listing);
    expect(listing).toMatchObject({ outcome: 'DONE', stoppedBy: 'RateLimited' });
    expect(usage().waitedMs).toBeLessThanOrEqual(2_000);
    expect(usage().requests).toBe(server.requests.length);
  });

  it('waits a short one out and goes on', async () => {
    const body = { albums: page([album('a')]) };
    const { list, usage } = await givenReplies([limited(1), { body }]);
    expect(await list()).toMatchObject({ outcome: 'DONE', stoppedBy: null });
    expect(usage().requests).toBe(2);
    expect(usage().waitedMs).toBeGreaterThanOrEqual(1_000);
  });

  it('stops when the quota is used up', async () => {
    const quota: Fault = { kind: 'quota', endpoint: 'listing', at: 1, times: 1 };
    const { listAll, spotify, usage } = await givenMock({}, {}, quota);
    expect(await listAll()).toMatchObject({
      outcome: 'DONE',
      stoppedBy: 'QuotaExhausted',
      pages: 1,
      expected: 60,
    });
    expect(usage().requests).toBe(2);
    expect(spotify.requests.byEndpoint['new-releases']).toBe(2);
  });

  it('asks for nothing once its requests are spent, tokens included', async () => {
    const { list, server, use } = await givenReplies([{ body: {} }], { requestsPerRun: 7 });
    use({ requests: 5, tokenRequests: 2 });
    expect(await list({ pages: 3 })).toEqual({
      ...start,
      calls: 1,
      pages: 3,
      outcome: 'DONE',
      stoppedBy: 'BudgetSpent',
    });
    expect(server.requests).toEqual([]);
  });

  it('counts each request where a failure does not lose it', async () => {
    const { list, usage, use, server } = await givenReplies([{ status: 502 }]);
    use({ requests: 5 });
    expect((await errorOf(list())).name).toBe('ServiceUnavailable');
    expect(usage().requests).toBe(5 + server.requests.length);
  });

  it('names the end that the API sets to its search', async () => {
    const items = Array.from({ length: 10 }, (_, i) => album(`a${i}`));
    const body = { albums: page(items, { offset: 1_000, limit: 10, total: 2_500 }) };
    const { list } = await givenReplies([{ body }]);
    const cursor = { offset: 1_000, path: '/v1/search?q=tag%3Anew&offset=1000' };
    expect(await list({ source: 'search', cursor })).toMatchObject({
      outcome: 'DONE',
      stoppedBy: 'ListingLimit',
    });
  });

  it('ends before the history of its execution is full', async () => {
    const { list, server } = await givenReplies([{ body: {} }]);
    expect(await list({ calls: 300 })).toMatchObject({ outcome: 'DONE', stoppedBy: 'TimeSpent' });
    expect(server.requests).toEqual([]);
  });
});

describe('The event of ListNewReleases', () => {
  const event = { run, token: { expiresAt: EXPIRES }, listing: start };

  it('is what the call before returned', () => {
    const { outcome, waitSeconds, stoppedBy, ...listing } = start;
    expect(parseRequest(event)).toEqual({ ...event, listing });
  });

  it.each([
    [{ ...event, run: { ...run, runId: '../x' } }, 'run.runId'],
    [{ ...event, token: { expiresAt: null } }, 'token.expiresAt'],
    [{ ...event, listing: { ...start, pages: 1.5 } }, 'listing.pages'],
    [{ ...event, listing: { ...start, source: 7 } }, 'listing.source'],
    [{ ...event, listing: { ...start, cursor: {} } }, 'listing.cursor.offset'],
  ])('is rejected when it is %j', (wrong, field) => {
    expect(() => parseRequest(wrong)).toThrow(`ListNewReleases: ${field}: `);
  });
});
