import { request } from 'node:http';
import type { FaultKind } from '../src/faults.ts';
import {
  askForToken,
  authorized,
  catalog,
  cleanUpAfterEach,
  givenFaultySpotify,
  givenSpotify,
  json,
} from './fixtures.ts';

cleanUpAfterEach();

const TRACKS = `/v1/albums/${catalog.albums[17]?.id}/tracks?limit=50`;
const once = <K extends FaultKind>(kind: K) =>
  ({ kind, endpoint: 'any', at: 0, times: 1 }) as const;

/** The bytes as they come, and whether the connection ended before all that was announced. */
async function rawBytes(url: string, headers: Record<string, string>, longestMs = 2_000) {
  return new Promise<{ bytes: Buffer; announced: string | undefined; ended: string }>((resolve) => {
    const sent = request(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      const announced = response.headers['content-length'];
      const end = (ended: string) => resolve({ bytes: Buffer.concat(chunks), announced, ended });
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => end('whole'));
      response.on('error', () => end('cut off'));
      setTimeout(() => {
        end('left');
        sent.destroy();
      }, longestMs).unref();
    });
    sent.on('error', () => resolve({ bytes: Buffer.alloc(0), announced: undefined, ended: 'bad' }));
    sent.end();
  });
}

describe('A page of a faulty Spotify', () => {
  it('is short, and its next leads to the first item that is missing', async () => {
    const { get } = await givenFaultySpotify({ ...once('short-page'), keep: 3 });
    const all = catalog.tracks[catalog.albums[17]?.id ?? ''] ?? [];
    const first = await json(await get(TRACKS));
    expect(first.items).toHaveLength(3);
    expect(first.total).toBe(all.length);
    const second = await json(await get(first.next));
    expect(second.items[0].id).toBe(all[3]?.id);
  });

  it.each([-1, 1.5, 1e12, '20', null, 0])('has %j as its total', async (value) => {
    const { get } = await givenFaultySpotify({ ...once('odd-total'), value });
    expect((await json(await get(TRACKS))).total).toEqual(value);
    expect((await json(await get(TRACKS))).total).toBeGreaterThan(50);
  });

  it.each(['total', 'limit', 'offset', 'next', 'items'] as const)('lacks %s', async (field) => {
    const { get } = await givenFaultySpotify({ ...once('missing-field'), field });
    expect(await json(await get(TRACKS))).not.toHaveProperty(field);
    expect(await json(await get(TRACKS))).toHaveProperty(field);
  });

  it('has an item without an id, and a credit without one', async () => {
    const { get } = await givenFaultySpotify(
      { ...once('item-without-id'), index: 1 },
      { ...once('credit-without-id'), index: 2 },
    );
    const { items } = await json(await get(TRACKS));
    expect(items[1]).toMatchObject({ id: null, type: 'track' });
    expect(items[2].artists[0]).toMatchObject({ id: null, type: 'artist' });
    expect(items[0].artists[0].id).toEqual(expect.any(String));
  });

  it.each([false, true])('repeats an item (replace: %s)', async (replace) => {
    const { get } = await givenFaultySpotify({ ...once('repeated-item'), index: 1, replace });
    const { items } = await json(await get(TRACKS));
    const healthy = (await json(await get(TRACKS))).items;
    expect(items[2]).toEqual(items[1]);
    expect(items).toHaveLength(replace ? 50 : 51);
    expect(items[3]).toEqual(healthy[replace ? 3 : 2]);
  });

  it('holds bytes that are no UTF-8, or half a surrogate pair', async () => {
    const { spotify } = await givenFaultySpotify({
      ...once('broken-text'),
      how: 'invalid-utf8',
    });
    const headers = await authorized(spotify);
    const { bytes } = await rawBytes(spotify.url + TRACKS, headers);
    expect(bytes.includes(Buffer.from([0xff, 0xc3]))).toBe(true);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(JSON.parse(bytes.toString()).items).toHaveLength(50);

    const half = await givenFaultySpotify({ ...once('broken-text'), how: 'half-surrogate-pair' });
    const { items } = await json(await half.get(TRACKS));
    expect(items[0].name.isWellFormed()).toBe(false);
  });
});

describe('The wire of a faulty Spotify', () => {
  it('brings a body as gzip', async () => {
    const { spotify, get } = await givenFaultySpotify(once('gzip'));
    const response = await get(TRACKS);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await json(response)).items).toHaveLength(50);
    expect(spotify.requests.faulted['album-tracks']).toBe(1);
  });

  it.each([-20, 20])('announces %i bytes too many or too few', async (delta) => {
    const { spotify } = await givenFaultySpotify({ ...once('wrong-length'), delta });
    const headers = await authorized(spotify);
    const { bytes, announced, ended } = await rawBytes(spotify.url + TRACKS, headers);
    const healthy = await rawBytes(spotify.url + TRACKS, headers);
    expect(Number(announced)).toBe(healthy.bytes.length + delta);
    expect(ended).not.toBe('left');
    expect(bytes.length).toBe(healthy.bytes.length + Math.min(0, delta));
    if (delta > 0) expect(ended).toBe('cut off');
  });

  it('brings a body slowly, but whole', async () => {
    const { get } = await givenFaultySpotify({ ...once('slow-body'), ms: 200 });
    const begin = performance.now();
    expect((await json(await get(TRACKS))).items).toHaveLength(50);
    expect(performance.now() - begin).toBeGreaterThan(150);
  });

  it('brings a body without an end, until the caller leaves', async () => {
    const { spotify } = await givenFaultySpotify(once('endless-chunks'));
    const headers = await authorized(spotify);
    const { ended, bytes } = await rawBytes(spotify.url + TRACKS, headers, 300);
    expect(ended).toBe('left');
    expect(bytes.length).toBeGreaterThan(100);
    expect((await rawBytes(spotify.url + TRACKS, headers)).ended).toBe('whole');
  });

  it('brings a huge body that is valid JSON', async () => {
    const { get } = await givenFaultySpotify({ ...once('huge-body'), bytes: 5_000_000 });
    const text = await (await get(TRACKS)).text();
    expect(Buffer.byteLength(text)).toBe(5_000_000);
    expect(JSON.parse(text).items).toHaveLength(50);
  });

  it('redirects to itself, or elsewhere', async () => {
    const { spotify } = await givenFaultySpotify(
      { ...once('redirect'), to: 'itself' },
      { ...once('redirect'), to: 'elsewhere', at: 1 },
    );
    const headers = await authorized(spotify);
    const get = () => fetch(spotify.url + TRACKS, { headers, redirect: 'manual' });
    const first = await get();
    expect([first.status, first.headers.get('location')]).toEqual([302, spotify.url + TRACKS]);
    const second = await get();
    expect(new URL(second.headers.get('location') ?? '').host).not.toBe(new URL(spotify.url).host);
    expect((await get()).status).toBe(200);
  });

  it('has an internal error', async () => {
    const { get } = await givenFaultySpotify(once('internal-error'));
    expect((await get(TRACKS)).status).toBe(500);
  });
});

describe("The token's endpoint of a faulty Spotify", () => {
  const token = { endpoint: 'token', at: 0, times: 1 } as const;
  const given = (...faults: Parameters<typeof givenFaultySpotify>) =>
    givenSpotify({ faults: { seed: 0, faults } });

  it('limits the rate, and has a quota of its own', async () => {
    const spotify = await given(
      { kind: 'rate-limit', ...token, retryAfter: 3 },
      { kind: 'quota', ...token, at: 2 },
    );
    const limited = await askForToken(spotify);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    const { access_token } = await json(await askForToken(spotify));
    for (const _ of [1, 2]) expect((await askForToken(spotify)).status).toBe(429);
    const headers = { Authorization: `Bearer ${access_token}` };
    expect((await fetch(spotify.url + TRACKS, { headers })).status).toBe(200);
    expect(spotify.requests.faulted).toMatchObject({ token: 3, 'album-tracks': 0 });
    spotify.reset();
    expect((await askForToken(spotify)).status).toBe(200);
  });

  it.each([500, 502])('fails with status %i', async (status) => {
    const kind = status === 500 ? 'internal-error' : 'bad-gateway';
    const spotify = await given({ kind, ...token });
    expect((await askForToken(spotify)).status).toBe(status);
    expect((await askForToken(spotify)).status).toBe(200);
  });

  it.each([{}, { value: -1 }, { value: '3600' }, { value: null }, { value: 1.5 }])(
    'says an odd expiry: %j',
    async (odd) => {
      const spotify = await given({ kind: 'odd-expiry', ...token, ...odd });
      const body = await json(await askForToken(spotify));
      expect(body.access_token).toEqual(expect.any(String));
      expect(body.expires_in).toEqual((odd as { value?: unknown }).value);
      expect('expires_in' in body).toBe('value' in odd);
    },
  );

  it('cuts its response off, drops the connection, and is not struck by faults of the API', async () => {
    const spotify = await given(
      { kind: 'truncated', ...token },
      { kind: 'drop', ...token, at: 1, when: 'before' },
      { kind: 'bad-gateway', endpoint: 'any', at: 0, times: 1 },
    );
    await expect((await askForToken(spotify)).json()).rejects.toThrow();
    await expect(askForToken(spotify)).rejects.toThrow('fetch failed');
    expect((await askForToken(spotify)).status).toBe(200);
  });
});
