import type { Fault } from 'spotify-mock/faults.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { keys } from '../../../core/lake/keys.ts';
import {
  type FetchAlbumTracksRequest,
  fetchAlbumTracks,
  parseRequest,
} from '../../../functions/fetch-album-tracks/fetch-album-tracks.ts';
import { createAccessToken } from '../../../functions/runtime/access-token.ts';
import {
  askForToken,
  cleanUpAfterEach,
  givenSpotify,
  json,
} from '../../../packages/spotify-mock/test/fixtures.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  closeServersAfterEach,
  day,
  errorOf,
  givenParameters,
  page,
  type Reply,
  run,
  serveReplies,
  spotifyClient,
  storeAlbum,
  storedToken,
  track,
  tracks,
} from '../fixtures.ts';

cleanUpAfterEach();
closeServersAfterEach();

const EXPIRES = '2026-11-21T07:00:00.000Z';
const KEY = keys.albumTracks('album1');

function given(url: string, token: string, style: 'offset' | 'next' = 'offset') {
  const lake = createMemoryLake(() => day(0));
  const { tokens } = givenParameters({ 'access-token': storedToken(token, EXPIRES) });
  const spotify = spotifyClient(url);
  return {
    lake,
    fetch: (more: Partial<FetchAlbumTracksRequest> = {}) =>
      fetchAlbumTracks(
        {
          run,
          token: { expiresAt: EXPIRES },
          albumId: 'album1',
          totalTracks: 0,
          refreshBefore: day(-14).toISOString(),
          fetched: { waitedSeconds: 0, requests: 0 },
          ...more,
        },
        {
          spotify,
          accessToken: createAccessToken(tokens),
          lake,
          settings: { style, longestWaitSeconds: 900 },
        },
      ),
  };
}

async function givenReplies(...replies: Reply[]) {
  const server = await serveReplies(...replies);
  return { server, ...given(server.url, 'BQ') };
}

describe('FetchAlbumTracks', () => {
  it('lands every track of an album as one raw object, byte for byte', async () => {
    const bytes = ` ${JSON.stringify(page(tracks(2)))}\n`;
    const { fetch, lake } = await givenReplies({ body: bytes });
    expect(await fetch()).toEqual({
      outcome: 'LOADED',
      tracks: 2,
      requests: 1,
      waitedSeconds: 0,
      waitSeconds: 0,
    });
    expect(lake.puts).toEqual([KEY]);
    expect(lake.bytesOf(KEY).toString()).toBe(`{"pages":[${bytes}]}\n`);
  });

  it.each(['offset', 'next'] as const)(
    'gets all pages of a long album, paging by %s, over one connection',
    async (style) => {
      const catalog = generateCatalog({ albums: 1, tracksPerAlbum: 123, seed: 3 });
      const spotify = await givenSpotify({ catalog });
      const { access_token } = await json(await askForToken(spotify));
      const albumId = catalog.albums[0]?.id ?? '';
      const { fetch, lake } = given(spotify.url, access_token, style);
      spotify.reset();
      expect(await fetch({ albumId })).toMatchObject({ tracks: 123, requests: 3 });
      const { pages } = lake.jsonOf(keys.albumTracks(albumId));
      expect(
        pages.flatMap(({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)),
      ).toEqual(catalog.tracks[albumId]?.map(({ id }) => id));
      expect(spotify.requests.byEndpoint['album-tracks']).toBe(3);
      expect(spotify.connections).toBe(1);
    },
  );

  it('lands an album without tracks', async () => {
    const { fetch, lake } = await givenReplies({ body: page([]) });
    expect(await fetch()).toMatchObject({ outcome: 'LOADED', tracks: 0 });
    expect(lake.keys()).toEqual([KEY]);
  });

  it('adopts what a cut run left whole, at no request and without writing it again', async () => {
    const { fetch, lake, server } = await givenReplies({ status: 500 });
    storeAlbum(lake, 'album1', [page(tracks(3))]);
    expect(await fetch()).toMatchObject({ outcome: 'LOADED', tracks: 3, requests: 0 });
    expect(lake.puts).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['is cut off', '{"pages":['],
    ['is incomplete', JSON.stringify({ pages: [page(tracks(1), { total: 2 })] })],
    ['is something else', '{"error":{"status":502}}'],
  ])('fetches again what %s', async (_, body) => {
    const { fetch, lake } = await givenReplies({ body: page(tracks(2)) });
    lake.store(KEY, body, day(0));
    expect(await fetch()).toMatchObject({ tracks: 2, requests: 1 });
    expect(lake.puts).toEqual([KEY]);
  });

  it('fetches again what is older than the refresh age', async () => {
    const { fetch, lake } = await givenReplies({ body: page(tracks(2)) });
    storeAlbum(lake, 'album1', [page(tracks(1))], day(-15));
    expect(await fetch()).toMatchObject({ tracks: 2, requests: 1 });
    expect(lake.jsonOf(KEY).pages[0].items).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ['holds fewer tracks than it promises', { body: page(tracks(2), { total: 3 }) }],
    ['holds a null among its tracks', { body: page([track('a'), null]) }],
    ['holds a track twice', { body: page([track('a'), track('a')]) }],
  ])('lands nothing of an album that %s', async (_, reply) => {
    const { fetch, lake } = await givenReplies(reply);
    const error = await errorOf(fetch());
    expect(error).toMatchObject({ name: 'IncompleteTracks', transient: true });
    expect(error.message).toMatch(/^Album album1: \d tracks expected, \d came$/);
    expect(lake.keys()).toEqual([]);
  });

  it('goes by the greatest total of the pages', async () => {
    const first = page(tracks(50), { total: 53, limit: 50 });
    const second = page(tracks(1, 'more'), { total: 51, limit: 50, offset: 50 });
    const { fetch } = await givenReplies({ body: first }, { body: second });
    expect((await errorOf(fetch())).message).toBe('Album album1: 53 tracks expected, 51 came');
  });

  it('goes on to what the first page expected, although the total shrinks on the way', async () => {
    const part = (count: number, offset: number, total: number) =>
      page(tracks(count, `from${offset}x`), { offset, limit: 50, total });
    const { fetch } = await givenReplies(
      { body: part(50, 0, 120) },
      { body: part(50, 50, 70) },
      { body: part(20, 100, 70) },
    );
    expect(await fetch()).toMatchObject({ outcome: 'LOADED', tracks: 120, requests: 3 });
  });

  it.each(['offset', 'next'] as const)(
    'asks for as many tracks as the listing promises, whatever the pages say, by %s',
    async (style) => {
      const server = await serveReplies(
        { body: page(tracks(50), { total: 50 }) },
        { body: page(tracks(6, 'more'), { total: 50, offset: 50 }) },
      );
      const { fetch, lake } = given(server.url, 'BQ', style);
      expect(await fetch({ totalTracks: 56 })).toMatchObject({
        outcome: 'LOADED',
        tracks: 56,
        requests: 2,
      });
      expect(server.requests[1]?.path).toBe('/v1/albums/album1/tracks?limit=50&offset=50');
      const { pages } = lake.jsonOf(KEY);
      expect(pages.map(({ items }: { items: unknown[] }) => items.length)).toEqual([50, 6]);
    },
  );

  it('lands what there is where the listing promises more, for one request more', async () => {
    const { fetch, lake, server } = await givenReplies(
      { body: page(tracks(50), { total: 50 }) },
      { body: page([], { total: 50, offset: 50 }) },
    );
    const loaded = await fetch({ totalTracks: 60 });
    expect(loaded).toMatchObject({ outcome: 'LOADED', tracks: 50, requests: 2 });
    expect(server.requests).toHaveLength(2);
    expect(lake.keys()).toEqual([KEY]);
  });

  it('gets all that the pages promise where the listing promises fewer', async () => {
    const { fetch } = await givenReplies(
      { body: page(tracks(50), { total: 53 }) },
      { body: page(tracks(3, 'more'), { total: 53, offset: 50 }) },
    );
    expect(await fetch({ totalTracks: 12 })).toMatchObject({ tracks: 53, requests: 2 });
  });

  it('lands nothing of an album of which the second page fails', async () => {
    const { fetch, lake, server } = await givenReplies(
      { body: page(tracks(50), { total: 60, limit: 50 }) },
      { status: 502 },
    );
    expect((await errorOf(fetch())).name).toBe('ServiceUnavailable');
    expect(server.requests).toHaveLength(5);
    expect(lake.keys()).toEqual([]);
  });

  it('leaves what lies there alone when it fails', async () => {
    const { fetch, lake } = await givenReplies({ status: 404 });
    storeAlbum(lake, 'album1', [page(tracks(1))], day(-15));
    const before = lake.bytesOf(KEY);
    expect((await errorOf(fetch())).name).toBe('ResourceNotFound');
    expect(lake.bytesOf(KEY)).toEqual(before);
  });

  it.each([
    [401, 'AccessTokenExpired'],
    [403, 'EndpointNotAllowed'],
    [404, 'ResourceNotFound'],
  ])('tells the state machine of a %i by name', async (status, name) => {
    const { fetch } = await givenReplies({ status });
    expect((await errorOf(fetch())).name).toBe(name);
  });

  it('stops at once when the quota is gone', async () => {
    const spotify = await givenSpotify({
      faults: { seed: 0, faults: [{ kind: 'quota', endpoint: 'any', at: 0, times: 1 } as Fault] },
    });
    const { access_token } = await json(await askForToken(spotify));
    const { fetch } = given(spotify.url, access_token);
    expect((await errorOf(fetch())).name).toBe('QuotaExhausted');
    expect(spotify.requests.byEndpoint['album-tracks']).toBe(1);
  });
});

describe('FetchAlbumTracks under a rate limit', () => {
  const limited = (seconds: number) => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
  });

  it('hands the seconds over to the state machine and adds up what it cost', async () => {
    const { fetch, lake } = await givenReplies(limited(30));
    expect(await fetch({ fetched: { waitedSeconds: 10, requests: 4 } })).toEqual({
      outcome: 'RATE_LIMITED',
      tracks: 0,
      requests: 5,
      waitedSeconds: 40,
      waitSeconds: 30,
    });
    expect(lake.keys()).toEqual([]);
  });

  it('waits a second at least', async () => {
    const { fetch } = await givenReplies(limited(0));
    expect(await fetch()).toMatchObject({ waitSeconds: 1, waitedSeconds: 1 });
  });

  it('gives up where it would wait longer in all than is allowed', async () => {
    const { fetch } = await givenReplies(limited(30));
    const waiting = (waitedSeconds: number) => fetch({ fetched: { waitedSeconds, requests: 0 } });
    expect((await waiting(870)).outcome).toBe('RATE_LIMITED');
    expect(await errorOf(waiting(871))).toMatchObject({ name: 'RateLimited' });
  });

  it('goes on afterwards, and keeps the count of its requests', async () => {
    const { fetch } = await givenReplies({ body: page(tracks(1)) });
    expect(await fetch({ fetched: { waitedSeconds: 30, requests: 1 } })).toMatchObject({
      outcome: 'LOADED',
      requests: 2,
      waitedSeconds: 30,
    });
  });
});

describe('The event of FetchAlbumTracks', () => {
  const event = {
    run,
    token: { expiresAt: EXPIRES },
    albumId: 'album1',
    totalTracks: 56,
    refreshBefore: day(-14).toISOString(),
    fetched: { waitedSeconds: 0, requests: 0 },
  };

  it('may be what the turn before left in the state', () => {
    const fetched = { outcome: 'RATE_LIMITED', tracks: 0, requests: 2, waitedSeconds: 3 };
    const state = { ...event, fetched, token: { expiresAt: EXPIRES, renewals: 1 }, expired: {} };
    expect(parseRequest(state)).toEqual({ ...event, fetched: { requests: 2, waitedSeconds: 3 } });
  });

  it.each([
    [{ ...event, albumId: '../album' }, 'albumId'],
    [{ ...event, albumId: undefined }, 'albumId'],
    [{ ...event, totalTracks: undefined }, 'totalTracks'],
    [{ ...event, totalTracks: -1 }, 'totalTracks'],
    [{ ...event, totalTracks: 1.5 }, 'totalTracks'],
    [{ ...event, totalTracks: '12' }, 'totalTracks'],
    [{ ...event, refreshBefore: 'soon' }, 'refreshBefore'],
    [{ ...event, fetched: undefined }, 'fetched'],
  ])('is refused when it is %j', (wrong, field) => {
    expect(() => parseRequest(wrong)).toThrow(`FetchAlbumTracks: ${field}: `);
  });
});
