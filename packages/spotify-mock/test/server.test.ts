import { connect } from 'node:net';
import { callerOf, catalog, cleanUpAfterEach, givenSpotify, json } from './fixtures.ts';

cleanUpAfterEach();

const TRACKS = `/v1/albums/${catalog.albums[0]?.id}/tracks`;

describe('The mock server', () => {
  it('counts requests by endpoint and by status until it is reset', async () => {
    const spotify = await givenSpotify();
    const get = await callerOf(spotify);
    for (const path of ['/v1/browse/new-releases', '/v1/search', TRACKS, TRACKS, '/v1/me']) {
      await (await get(path)).text();
    }
    const endpoints = { token: 1, 'new-releases': 1, search: 1, 'album-tracks': 2, other: 1 };
    expect(spotify.requests.byEndpoint).toEqual(endpoints);
    expect(spotify.requests.byStatus).toEqual({ 200: 4, 400: 1, 404: 1 });
    expect(Object.values(spotify.requests.faulted)).toEqual([0, 0, 0, 0, 0]);
    expect(spotify.connections).toBeGreaterThan(0);
    spotify.reset();
    expect(spotify.requests.byEndpoint).toMatchObject({ token: 0, 'album-tracks': 0 });
    expect(spotify.requests.byStatus).toEqual({});
    expect(spotify.connections).toBe(0);
    expect(spotify.tokens).toHaveLength(1);
  });

  it('limits the rate in a rolling window and opens again as announced', async () => {
    const rateLimit = { requests: 2, windowSeconds: 1 };
    const get = await callerOf(await givenSpotify({ rateLimit }));
    const responses = [await get(TRACKS), await get(TRACKS), await get(TRACKS)];
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(responses[2]?.headers.get('retry-after')).toBe('1');
    await new Promise((resolve) => setTimeout(resolve, 1010));
    expect((await get(TRACKS)).status).toBe(200);
  });

  it('can be as slow as a network', async () => {
    const get = await callerOf(await givenSpotify({ latencyMs: 50 }));
    const started = performance.now();
    await get(TRACKS);
    expect(performance.now() - started).toBeGreaterThanOrEqual(45);
  });

  it('shows an album that was added a moment ago', async () => {
    const changing = { albums: [...catalog.albums], tracks: catalog.tracks };
    const get = await callerOf(await givenSpotify({ catalog: changing }));
    changing.albums.pop();
    const { albums } = await json(await get('/v1/browse/new-releases'));
    expect(albums.total).toBe(catalog.albums.length - 1);
  });

  it('closes at once, whatever state its connections are in', async () => {
    const spotify = await givenSpotify({ latencyMs: 60_000 });
    const halfAsked = connect(Number(new URL(spotify.url).port), '127.0.0.1');
    halfAsked.on('error', () => {}).write('GET /v1/search HTTP/1.1\r\n');
    const get = await callerOf(spotify);
    const outstanding = expect(get(TRACKS)).rejects.toThrow('fetch failed');
    while (spotify.requests.byEndpoint['album-tracks'] === 0) await new Promise(setImmediate);
    await spotify.close();
    await outstanding;
    await spotify.close();
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL((await givenSpotify()).url).port);
    await expect(givenSpotify({ port })).rejects.toThrow('EADDRINUSE');
  });
});
