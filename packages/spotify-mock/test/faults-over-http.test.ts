import type { FaultKind } from '../src/faults.ts';
import { authorized, catalog, cleanUpAfterEach, givenFaultySpotify, json } from './fixtures.ts';

cleanUpAfterEach();

const LISTING = '/v1/browse/new-releases?limit=10';
const TRACKS = `/v1/albums/${catalog.albums[0]?.id}/tracks`;
const once = <K extends FaultKind>(kind: K) =>
  ({ kind, endpoint: 'any', at: 0, times: 1 }) as const;

describe('A faulty Spotify', () => {
  it('limits the rate, with a header and a JSON body', async () => {
    const { spotify, get } = await givenFaultySpotify({ ...once('rate-limit'), retryAfter: 7 });
    const response = await get(LISTING);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await json(response)).toEqual({
      error: { status: 429, message: 'API rate limit exceeded' },
    });
    expect((await get(LISTING)).status).toBe(200);
    expect(spotify.requests.faulted['new-releases']).toBe(1);
    expect(spotify.requests.byStatus).toMatchObject({ 200: 2, 429: 1 });
  });

  it('limits the rate with neither header nor JSON', async () => {
    const bare = { header: false, json: false, retryAfter: 7 };
    const { get } = await givenFaultySpotify({ ...once('rate-limit'), ...bare });
    const response = await get(LISTING);
    expect(response.status).toBe(429);
    expect(response.headers.has('retry-after')).toBe(false);
    expect(await response.text()).toBe('Too many requests');
  });

  it('keeps its quota spent until reset gives it back', async () => {
    const { spotify, get } = await givenFaultySpotify(once('quota'));
    const response = await get(LISTING);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(20_000);
    expect(await json(response)).toEqual({
      error: { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' },
    });
    expect((await get(TRACKS)).status).toBe(429);
    expect(spotify.requests.faulted).toMatchObject({ 'new-releases': 1, 'album-tracks': 1 });
    spotify.reset();
    expect((await get(TRACKS)).status).toBe(200);
  });

  it('expires every token in the middle of a run', async () => {
    const { spotify, get } = await givenFaultySpotify({ ...once('token-expiry'), at: 1 });
    expect((await get(TRACKS)).status).toBe(200);
    for (const _ of [1, 2]) {
      const response = await get(TRACKS);
      expect(response.status).toBe(401);
      expect((await json(response)).error.message).toBe('The access token expired');
    }
    const headers = await authorized(spotify);
    expect((await fetch(spotify.url + TRACKS, { headers })).status).toBe(200);
  });

  it('responds as a bad gateway', async () => {
    const { get } = await givenFaultySpotify(once('bad-gateway'));
    const response = await get(TRACKS);
    expect(response.status).toBe(502);
    expect(await json(response)).toEqual({ error: { status: 502, message: 'Bad gateway.' } });
  });

  it('rejects in plain text an app whose owner has no Premium', async () => {
    const { get } = await givenFaultySpotify(once('plain-403'));
    const response = await get(TRACKS);
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    await expect(response.json()).rejects.toThrow();
  });

  it('takes its time', async () => {
    const { spotify, get } = await givenFaultySpotify({ ...once('slow'), delayMs: 60 });
    const started = performance.now();
    expect((await get(TRACKS)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
    expect(spotify.requests.faulted['album-tracks']).toBe(1);
  });

  it('drops the connection before a response', async () => {
    const { spotify, get } = await givenFaultySpotify({ ...once('drop'), when: 'before' });
    await expect(get(TRACKS)).rejects.toThrow('fetch failed');
    expect(spotify.requests.byStatus.dropped).toBe(1);
    expect(spotify.requests.faulted['album-tracks']).toBe(1);
  });

  it('drops the connection in the middle of the body', async () => {
    const { spotify, get } = await givenFaultySpotify({ ...once('drop'), when: 'middle' });
    const response = await get(TRACKS);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(spotify.requests.byStatus.dropped).toBe(1);
  });

  it('cuts JSON off in a response that looks whole', async () => {
    const { get } = await givenFaultySpotify(once('truncated'));
    const response = await get(TRACKS);
    const bytes = await response.bytes();
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
    expect(() => JSON.parse(Buffer.from(bytes).toString())).toThrow();
  });

  it('loses an item to null', async () => {
    const { get } = await givenFaultySpotify({ ...once('null-item'), index: 2 });
    const { items } = (await json(await get(LISTING))).albums;
    expect(items).toHaveLength(10);
    expect(items.map((item: unknown) => item === null).indexOf(true)).toBe(2);
  });

  it('goes on for ever with empty pages', async () => {
    const { get } = await givenFaultySpotify({ ...once('endless-next'), at: 1 });
    const first = (await json(await get(LISTING))).albums;
    for (const _ of [1, 2, 3]) {
      const { items, next } = (await json(await get(first.next))).albums;
      expect(items).toEqual([]);
      expect(next).toBe(first.next);
    }
  });

  it('counts wrong and ends too early', async () => {
    const shift = { delta: -6, endsEarly: true };
    const { get } = await givenFaultySpotify({ ...once('shifting-total'), ...shift });
    const { total, next, items } = (await json(await get(LISTING))).albums;
    expect({ total, next }).toEqual({ total: catalog.albums.length - 6, next: null });
    expect(items).toHaveLength(10);
  });

  it('repeats an album on the next page', async () => {
    const { get } = await givenFaultySpotify({ ...once('repeated-album'), replace: true });
    const first = (await json(await get(LISTING))).albums.items;
    const second = (await json(await get(`${LISTING}&offset=10`))).albums.items;
    expect(second[0]).toEqual(first[9]);
    expect(second[1].id).toBe(catalog.albums[11]?.id);
  });

  it('takes another plan, or none, at any time', async () => {
    const { spotify, get } = await givenFaultySpotify({ ...once('bad-gateway'), times: 99 });
    expect((await get(TRACKS)).status).toBe(502);
    spotify.setFaults({ seed: 1, faults: [once('plain-403')] });
    expect((await get(TRACKS)).status).toBe(403);
    spotify.setFaults(undefined);
    expect((await get(TRACKS)).status).toBe(200);
  });
});
