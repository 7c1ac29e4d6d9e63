import { NOTHING_USED } from '../../../core/allowance.ts';
import { groupsOf } from '../../../core/lake/groups.ts';
import { keys } from '../../../core/lake/keys.ts';
import type { QueuedAlbum } from '../../../core/lake/progress.ts';
import { createSpotifySource } from '../../../core/spotify/source.ts';
import {
  fetchAlbumTracks,
  parseRequest,
} from '../../../functions/fetch-album-tracks/fetch-album-tracks.ts';
import { createAccessToken } from '../../../functions/runtime/access-token.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  closeServersAfterEach,
  day,
  errorOf,
  givenParameters,
  type LocalServer,
  page,
  plan,
  type Reply,
  run,
  runOf,
  serve,
  spotifyClient,
  storeAlbum,
  storedToken,
  tracks,
} from '../fixtures.ts';

closeServersAfterEach();

const EXPIRES = '2026-11-21T07:00:00.000Z';
const ids = (count: number) => Array.from({ length: count }, (_, i) => `album${i}`);
const whole = (id: string): Reply => ({ body: page(tracks(2, id)) });

interface Options {
  concurrency?: number;
  /** Of each response. */
  latencyMs?: number;
  requests?: number;
  waitSeconds?: number;
  remainingMs?: number;
  now?: () => number;
  plan?: Parameters<typeof plan>[0];
}

/** An API that replies to the n-th request for an album, and a lake with the plan. */
async function given(
  planned: string[],
  reply: (albumId: string, n: number, all: number) => Reply,
  options: Options = {},
) {
  const asked = new Map<string, number>();
  let inFlight = 0;
  let mostInFlight = 0;
  const server: LocalServer = await serve(async (request, response) => {
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    if (options.latencyMs) await new Promise((done) => setTimeout(done, options.latencyMs));
    inFlight -= 1;
    const albumId = /albums\/(\w+)\/tracks/.exec(request.url ?? '')?.[1] ?? '';
    const n = asked.get(albumId) ?? 0;
    asked.set(albumId, n + 1);
    const { status = 200, headers = {}, body = '' } = reply(albumId, n, server.requests.length);
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const lake = createMemoryLake();
  lake.store(keys.plan(run), JSON.stringify(plan({ planned, ...options.plan })), day(0));
  const used = { requests: 2, tokenRequests: 0, waitedMs: 0 };
  lake.store(keys.usage(run), JSON.stringify(used), day(0));
  const { tokens } = givenParameters({ 'access-token': storedToken('BQ', EXPIRES) });
  const source = createSpotifySource(spotifyClient(server.url, { connections: 10 }), {
    source: 'auto',
    style: 'offset',
    market: 'US',
  });
  const dependencies = {
    source,
    accessToken: createAccessToken(tokens),
    lake,
    limits: { requests: options.requests ?? 1_000, waitSeconds: options.waitSeconds ?? 900 },
    concurrency: options.concurrency ?? 2,
    remainingMs: () => options.remainingMs ?? 300_000,
    clock: options.now ?? (() => Date.parse(run.startedAt)),
  };
  const fetch = (group = 0) =>
    fetchAlbumTracks({ run, token: { expiresAt: EXPIRES }, group }, dependencies);
  return {
    server,
    lake,
    asked,
    fetch,
    mostRequests: () => mostInFlight,
    stored: () => ids(200).filter((id) => lake.keys().includes(keys.albumTracks(id))),
    usage: () => lake.jsonOf(keys.usage(run)),
    progress: () => lake.jsonOf(keys.progress(run)),
    /** Call after call, as the state machine makes them; its Wait states take no time. */
    async fetchAll() {
      const groups = groupsOf(planned.length);
      for (let calls = 1, group = 0; ; calls++) {
        const result = await fetch(group);
        const isLast = group === groups.length - 1;
        if (result.outcome === 'DONE' && !isLast) group += 1;
        else if (['DONE', 'STOPPED', 'TOKEN_EXPIRED'].includes(result.outcome) || calls > 500) {
          return { ...result, calls };
        }
      }
    },
  };
}

describe('FetchAlbumTracks', () => {
  it('stores the pages of each album byte for byte, and says what came of them', async () => {
    const body = '{ "items":[{"id":"t","n":1.0}],"offset":0,"limit":50,"total":1,"next":null }\n';
    const { fetch, lake, usage } = await given(['album0', 'album1'], () => ({ body }));
    expect(await fetch()).toEqual({
      outcome: 'DONE',
      waitSeconds: 0,
      reason: null,
      planned: 2,
      done: 2,
      requests: 4,
      albums: [
        { albumId: expect.any(String), tracks: 1 },
        { albumId: expect.any(String), tracks: 1 },
      ],
    });
    expect(lake.bytesOf(keys.albumTracks('album0')).toString()).toBe(`{"pages":[${body}]}\n`);
    expect(usage()).toEqual({ ...NOTHING_USED, requests: 4 });
  });

  it('asks for as many albums at a time as it is set to, and stores no more than twice as many', async () => {
    let inFlight = 0;
    let most = 0;
    const turn = await given(ids(30), whole, { concurrency: 5, latencyMs: 10 });
    const { lake } = turn;
    const { put } = lake;
    lake.put = async (key, value) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      // Slower than the API: what waits to be stored must not grow with the run.
      await new Promise((resolve) => setTimeout(resolve, 50));
      inFlight -= 1;
      return put(key, value);
    };
    expect((await turn.fetch()).done).toBe(30);
    expect(turn.mostRequests()).toBe(5);
    expect(most).toBeLessThanOrEqual(2 * 5 + 1); // and the count of requests
  });

  it('asks for every page, up to the total that the listing names', async () => {
    const all = tracks(60);
    const listed = await given(['album0'], (_, n) => ({
      body: page(all.slice(n * 50, n * 50 + 50), { offset: n * 50, total: 50 }),
    }));
    const stored = { ...plan(), planned: [{ albumId: 'album0', totalTracks: 60 }] };
    listed.lake.store(keys.plan(run), JSON.stringify(stored), day(0));
    expect((await listed.fetch()).albums).toEqual([{ albumId: 'album0', tracks: 60 }]);
    expect(listed.asked.get('album0')).toBe(2);
  });

  it('costs no request for what a cut run has stored, and does not look without a reason', async () => {
    const cut = await given(ids(2), whole, { plan: { mayBeStored: true } });
    storeAlbum(cut.lake, 'album0', [page(tracks(1))]);
    await cut.fetch();
    expect([...cut.asked.keys()]).toEqual(['album1']);
    const fresh = await given(ids(2), whole);
    storeAlbum(fresh.lake, 'album0', [page(tracks(1))]);
    await fresh.fetch();
    expect([...fresh.asked.keys()].sort()).toEqual(['album0', 'album1']);
  });

  it('asks again for an album with something odd, which only this run can have seen again', async () => {
    const seenBefore = { album0: 1, album1: 1 };
    const { lake, fetch, asked } = await given(ids(3), whole, {
      plan: { mayBeStored: true, seenBefore },
    });
    storeAlbum(lake, 'album0', [page(tracks(1))], day(-1));
    storeAlbum(lake, 'album1', [page(tracks(1))], day(0));
    storeAlbum(lake, 'album2', [page(tracks(1))], day(-1));
    await fetch();
    expect([...asked.keys()]).toEqual(['album0']);
  });

  it('asks again for an album that the run of a refresh age ago may have stored, which began before', async () => {
    const refreshBefore = day(-14).toISOString();
    const { lake, fetch, asked } = await given(ids(2), whole, {
      plan: { mayBeStored: true, refreshBefore },
    });
    storeAlbum(lake, 'album0', [page(tracks(1))], new Date(day(-14).getTime() + 3_600_000));
    storeAlbum(lake, 'album1', [page(tracks(1))], day(-13));
    await fetch();
    expect([...asked.keys()]).toEqual(['album0']);
  });

  it('goes on where an earlier call was cut, and asks for nothing twice', async () => {
    const { lake, fetch, asked, usage } = await given(ids(6), whole, { concurrency: 1 });
    const { put } = lake;
    let puts = 0;
    lake.put = async (key, value) => {
      puts += 1;
      if (puts > 5) throw new Error('killed');
      return put(key, value);
    };
    expect((await errorOf(fetch())).message).toBe('killed');
    lake.put = put;
    expect(await fetch()).toMatchObject({ outcome: 'DONE', done: 6 });
    const sent = [...asked.values()].reduce((sum, n) => sum + n, 0);
    expect(sent).toBeLessThanOrEqual(8);
    // The lease of the call that was cut counts as used: never fewer than the API saw.
    expect(usage().requests).toBeGreaterThanOrEqual(2 + sent);
    expect(usage().requests).toBeLessThan(2 + sent + 10);
  });

  it('gives the state what became of 500 albums at the most', async () => {
    const planned = ids(21_000);
    const { fetch } = await given(planned, whole, { concurrency: 10 });
    expect(groupsOf(planned.length)).toHaveLength(40);
    const result = await fetch();
    expect(result).toMatchObject({ outcome: 'MORE', planned: 21_000 });
    expect(result.albums.length).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(result).length).toBeLessThan(100_000);
    expect(await fetch()).toMatchObject({ outcome: 'DONE', done: 525 });
    expect(await fetch(1)).toMatchObject({ done: expect.any(Number) });
  });

  it('returns after 15 seconds, and goes on in the next call', async () => {
    let now = Date.parse(run.startedAt);
    const { fetch } = await given(
      ids(10),
      (id) => {
        now += 4_500;
        return whole(id);
      },
      { concurrency: 1, now: () => now },
    );
    expect(await fetch()).toMatchObject({ outcome: 'MORE', done: 4 });
    expect(await fetch()).toMatchObject({ outcome: 'MORE', done: 8 });
    expect(await fetch()).toMatchObject({ outcome: 'DONE', done: 10 });
  });

  it('leaves the rest to the next run after three hours', async () => {
    const late = Date.parse(run.startedAt) + 3 * 3_600_000;
    const { fetch, asked, progress } = await given(ids(3), whole, { now: () => late });
    expect(await fetch()).toMatchObject({ outcome: 'STOPPED', reason: 'TimeSpent' });
    expect(asked.size).toBe(0);
    expect(progress()).toMatchObject({ queue: { length: 3 } });
  });
});

describe('One odd album', () => {
  it('costs itself: the others come', async () => {
    const { fetchAll, stored, progress } = await given(ids(5), (id) =>
      id === 'album1' ? { status: 404 } : whole(id),
    );
    expect(await fetchAll()).toMatchObject({ outcome: 'DONE', reason: null, done: 5 });
    expect(stored()).toEqual(['album0', 'album2', 'album3', 'album4']);
    expect(progress().failures).toEqual({ album1: 'ResourceNotFound' });
  });

  it('is tried once more after the others, where that may help', async () => {
    const { fetchAll, stored, progress } = await given(
      ids(5),
      (id, n) => (id === 'album0' && n < 4 ? { status: 502 } : whole(id)),
      { concurrency: 1 },
    );
    expect(await fetchAll()).toMatchObject({ outcome: 'DONE', reason: null });
    expect(stored()).toEqual(ids(5));
    expect(progress().failures).toEqual({});
  });

  it('with tracks short is stored as it is, tried once more, and the fuller one is kept', async () => {
    const replies = [page([...tracks(2), null], { total: 3 }), page(tracks(3), { total: 3 })];
    const healed = await given(['album0'], (_, n) => ({ body: replies[n] }));
    expect(await healed.fetchAll()).toMatchObject({ outcome: 'DONE' });
    expect(healed.lake.jsonOf(keys.albumTracks('album0')).pages[0].items).toHaveLength(3);

    const worse = await given(['album0'], (_, n) => ({
      body: n === 0 ? replies[0] : page([], { total: 3 }),
    }));
    await worse.fetchAll();
    const { pages } = worse.lake.jsonOf(keys.albumTracks('album0'));
    expect(pages[0].items.filter(Boolean)).toHaveLength(2);
    expect(worse.progress().failures).toEqual({});
  });
});

describe('A service that fails', () => {
  const failing: [string, Reply][] = [
    ['500', { status: 500 }],
    ['403', { status: 403, body: 'Premium required' }],
    ['no JSON', { body: '<html>' }],
  ];

  it.each(failing)('for ever with %s is left alone after a few albums', async (_, reply) => {
    const { fetchAll, server, progress, usage } = await given(ids(150), () => reply);
    const result = await fetchAll();
    expect(result).toMatchObject({ outcome: 'STOPPED', reason: expect.any(String) });
    expect(server.requests.length).toBeLessThanOrEqual(20);
    expect(usage().requests).toBe(2 + server.requests.length);
    expect(progress().queue.length).toBeGreaterThan(40);
  });

  it('for a while gets a pause, then one album alone, then the rest', async () => {
    const { fetch, fetchAll, stored, usage } = await given(ids(8), (id, _, all) =>
      all <= 16 ? { status: 503 } : whole(id),
    );
    expect(await fetch()).toMatchObject({
      outcome: 'WAIT',
      waitSeconds: 10,
      reason: 'ServiceUnavailable',
    });
    expect(usage().waitedMs).toBe(10_000);
    expect(await fetch()).toMatchObject({ outcome: 'MORE', albums: { length: 1 } });
    expect(await fetchAll()).toMatchObject({ outcome: 'DONE', reason: null });
    expect(stored()).toEqual(ids(8));
  });

  it('is left alone at once where the run may wait no longer', async () => {
    const { fetch } = await given(ids(150), () => ({ status: 500 }), { waitSeconds: 9 });
    expect(await fetch()).toMatchObject({ outcome: 'STOPPED', reason: 'ServiceUnavailable' });
  });

  it('is not what albums that are gone prove', async () => {
    const { fetchAll, stored } = await given(ids(20), (id) =>
      Number(id.slice(5)) < 15 ? { status: 404 } : whole(id),
    );
    expect(await fetchAll()).toMatchObject({ outcome: 'DONE', reason: null });
    expect(stored()).toHaveLength(5);
  });
});

describe('A limit', () => {
  const limited = (seconds: number): Reply => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
  });

  it('of the rate hands the seconds to the state machine, and no album is lost', async () => {
    const { fetch, fetchAll, stored } = await given(ids(4), (id, _, all) =>
      all === 2 ? limited(30) : whole(id),
    );
    expect(await fetch()).toMatchObject({
      outcome: 'WAIT',
      waitSeconds: 30,
      reason: 'RateLimited',
    });
    expect(await fetchAll()).toMatchObject({ outcome: 'DONE', reason: null });
    expect(stored()).toEqual(ids(4));
  });

  it('of a second for ever ends with the seconds of the run, the rest deferred', async () => {
    const { fetchAll, usage, progress, server } = await given(ids(150), () => limited(1), {
      waitSeconds: 2,
      now: () => Date.parse(run.startedAt) + performance.now(),
    });
    const begin = performance.now();
    const result = await fetchAll();
    expect(result).toMatchObject({ outcome: 'STOPPED', reason: 'RateLimited' });
    expect(performance.now() - begin).toBeLessThan(2_600);
    expect(usage().waitedMs).toBeLessThanOrEqual(2_000);
    expect(usage().requests).toBe(2 + server.requests.length);
    expect(progress()).toMatchObject({ queue: { length: 100 } });
  });

  it('of the quota ends the calls: those in flight and no more', async () => {
    const quota = { status: 429, body: { error: { reason: 'QUOTA_EXCEEDED' } } };
    const { fetchAll, server, stored } = await given(
      ids(50),
      (id, _, all) => (all > 10 ? quota : whole(id)),
      { concurrency: 2 },
    );
    expect(await fetchAll()).toMatchObject({
      outcome: 'STOPPED',
      reason: 'QuotaExhausted',
      calls: 1,
    });
    expect(server.requests.length).toBeLessThanOrEqual(12);
    expect(stored()).toHaveLength(10);
  });

  it.each([
    ['the quota', { reason: 'QUOTA_EXCEEDED' }, 'STOPPED'],
    ['a long Retry-After', { message: 'API rate limit exceeded' }, 'WAIT'],
  ])('of %s ends the further pages and retries of other albums, too', async (_, error, outcome) => {
    const many = Array.from({ length: 50 }, (_, i) => ({ id: `t${i}` }));
    const manyPages = (n: number) => page(many, { offset: n * 50, total: 5_000 });
    const limited = { status: 429, headers: { 'retry-after': '30' }, body: { error } };
    const { fetch, server, usage } = await given(
      ['album0', 'album1', 'album2'],
      (id, n) => {
        if (id === 'album0') return n === 3 ? limited : { body: manyPages(n) };
        return id === 'album1' ? { body: manyPages(n) } : { status: 502 };
      },
      { concurrency: 3 },
    );
    expect(await fetch()).toMatchObject({ outcome });
    const sent = server.requests.length;
    // Three at a time, the fourth request of one is limited: not the hundred pages of the other.
    expect(sent).toBeLessThanOrEqual(20);
    expect(usage()).toMatchObject({ requests: 2 + sent, leased: 0, unconfirmed: 0 });
  });

  it('of requests holds for retries, too', async () => {
    const { fetchAll, server, usage } = await given(
      ids(50),
      (id, n) => (n === 0 ? { status: 502 } : whole(id)),
      { requests: 20 },
    );
    expect(await fetchAll()).toMatchObject({ outcome: 'STOPPED', reason: 'BudgetSpent' });
    expect(server.requests).toHaveLength(18);
    expect(usage()).toMatchObject({ requests: 20 });
  });

  it('of time ends an album that comes too slowly, and the others are loaded', async () => {
    let now = Date.parse(run.startedAt);
    const many = Array.from({ length: 50 }, (_, i) => ({ id: `t${i}` }));
    const { fetchAll, progress, stored } = await given(
      ['album0', 'album1'],
      (id, n) => {
        if (id !== 'album0') return whole(id);
        now += 100_000;
        return { body: page(many, { offset: n * 50, total: 5_000 }) };
      },
      { concurrency: 1, now: () => now },
    );
    expect(await fetchAll()).toMatchObject({ outcome: 'DONE', reason: null });
    expect(stored()).toEqual(['album1']);
    expect(progress().failures).toEqual({ album0: 'TimeSpent' });
  });
});

describe('A token that Spotify rejects', () => {
  it('leads back to FetchToken, with the album that met it first in the queue', async () => {
    const { fetch, server, progress } = await given(ids(150), () => ({ status: 401 }));
    expect(await fetch()).toMatchObject({ outcome: 'TOKEN_EXPIRED', done: 0 });
    expect(server.requests.length).toBeLessThanOrEqual(2);
    const queue = progress().queue.map(({ albumId }: QueuedAlbum) => albumId);
    expect([...queue].sort()).toEqual([...ids(100)].sort());
  });

  it('is the same as none that is stored', async () => {
    const { lake } = await given(ids(1), whole);
    const { tokens } = givenParameters({});
    const result = await fetchAlbumTracks(
      { run, token: { expiresAt: EXPIRES }, group: 0 },
      {
        source: createSpotifySource(spotifyClient('http://127.0.0.1:9'), {
          source: 'auto',
          style: 'offset',
          market: 'US',
        }),
        accessToken: createAccessToken(tokens),
        lake,
        limits: { requests: 10, waitSeconds: 0 },
        concurrency: 1,
        remainingMs: () => 300_000,
        clock: () => Date.parse(run.startedAt),
      },
    );
    expect(result.outcome).toBe('TOKEN_EXPIRED');
  });
});

describe('A lake that fails', () => {
  it('is no fault of an album: the call ends with its error', async () => {
    const { fetch, lake } = await given(ids(3), whole);
    const slowDown = new Error('SlowDown');
    const { put } = lake;
    lake.put = async (key, value) => {
      if (key === keys.albumTracks('album1')) throw slowDown;
      return put(key, value);
    };
    expect(await errorOf(fetch())).toBe(slowDown);
    lake.put = put;
    expect(await fetch()).toMatchObject({ outcome: 'DONE', done: 3, reason: null });
  });
});

describe('The event of FetchAlbumTracks', () => {
  it.each([
    [{ run: runOf('../x', day(0)), token: { expiresAt: EXPIRES } }, 'run.runId'],
    [{ run, token: { expiresAt: null } }, 'token.expiresAt'],
    [{ run }, 'token'],
    [{ run, token: { expiresAt: EXPIRES }, group: -1 }, 'group'],
  ])('is rejected when it is %j', (event, field) => {
    expect(() => parseRequest(event)).toThrow(`FetchAlbumTracks: ${field}`);
  });
});
