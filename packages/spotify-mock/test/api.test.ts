import { authorized, callerOf, catalog, cleanUpAfterEach, givenSpotify, json } from './fixtures.ts';

cleanUpAfterEach();

const album = catalog.albums.find(({ total_tracks }) => total_tracks > 50);
const TRACKS = `/v1/albums/${album?.id}/tracks`;
const ids = (items: { id: string }[]) => items.map(({ id }) => id);

/** Follows `next` as it stands, as a client would. */
async function everyPage(get: (path: string) => Promise<Response>, path: string) {
  const pages = [];
  for (let next: string | null = path; next; next = pages.at(-1).next) {
    const body = await json(await get(next));
    pages.push(body.albums ?? body);
  }
  return pages;
}

describe('The API', () => {
  it('distinguishes an unknown token from an expired one', async () => {
    const spotify = await givenSpotify({ tokenLifetimeSeconds: 0 });
    const messageFor = async (headers: Record<string, string>) => {
      const response = await fetch(spotify.url + TRACKS, { headers });
      expect(response.status).toBe(401);
      return (await json(response)).error.message;
    };
    const unknown = 'Missing/invalid/expired access token';
    expect(await messageFor({})).toBe(unknown);
    expect(await messageFor({ Authorization: 'Bearer nonsense' })).toBe(unknown);
    expect(await messageFor(await authorized(spotify))).toBe('The access token expired');
  });

  it('lists new releases in pages that lead to one another', async () => {
    const get = await callerOf(await givenSpotify());
    const pages = await everyPage(get, '/v1/browse/new-releases?limit=20');
    expect(ids(pages.flatMap(({ items }) => items))).toEqual(ids(catalog.albums));
    expect(pages.map(({ offset, limit, total }) => ({ offset, limit, total }))).toEqual(
      [0, 20, 40].map((offset) => ({ offset, limit: 20, total: 60 })),
    );
    expect(pages.map((page) => page.previous)).toEqual([null, pages[0].href, pages[1].href]);
    const { albums } = await json(await get('/v1/browse/new-releases'));
    expect(albums.items).toHaveLength(20);
  });

  it('searches for new albums, in words of its own that can be followed', async () => {
    const spotify = await givenSpotify({ app: 'development' });
    const get = await callerOf(spotify);
    const path = '/v1/search?q=tag:new&type=album&limit=10&market=SE';
    const pages = await everyPage(get, path);
    expect(ids(pages.flatMap(({ items }) => items))).toEqual(ids(catalog.albums));
    expect(pages[0].next).toBe(
      `${spotify.url}/v1/search?query=tag%3Anew&type=album&market=SE&locale=*&offset=10&limit=10`,
    );
  });

  it('finds nothing for other queries', async () => {
    const get = await callerOf(await givenSpotify());
    const { albums } = await json(await get('/v1/search?q=harbour&type=album'));
    expect(albums).toMatchObject({ items: [], total: 0, next: null, limit: 20 });
  });

  it('ends a search at its highest offset, whatever the total', async () => {
    const album = { ...catalog.albums[0], id: 'x' } as (typeof catalog.albums)[number];
    const large = { albums: Array.from({ length: 1100 }, () => album), tracks: {} };
    const get = await callerOf(await givenSpotify({ app: 'development', catalog: large }));
    const search = '/v1/search?q=tag:new&type=album&limit=10&offset=';
    const { albums } = await json(await get(`${search}1000`));
    expect(albums).toMatchObject({ next: null, total: 1100 });
    expect(albums.items).toHaveLength(10);
    expect((await json(await get(`${search}990`))).albums.next).toContain('offset=1000');
    expect((await get(`${search}1001`)).status).toBe(400);
  });

  it('pages through the tracks of an album, with no wrapper around the page', async () => {
    const get = await callerOf(await givenSpotify());
    const pages = await everyPage(get, `${TRACKS}?limit=50&market=SE`);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages[0].next).toContain('market=SE');
    const tracks = catalog.tracks[album?.id ?? ''] ?? [];
    expect(ids(pages.flatMap(({ items }) => items))).toEqual(ids(tracks));
    expect((await json(await get(TRACKS))).items).toHaveLength(20);
  });

  it('leads every href to itself', async () => {
    const spotify = await givenSpotify();
    const text = await (await (await callerOf(spotify))(TRACKS)).text();
    expect(text).not.toContain('https://api.spotify.com');
    expect(JSON.parse(text).items[0].href).toMatch(`${spotify.url}/v1/tracks/`);
    expect(text).toContain('https://open.spotify.com/track/');
  });

  it.each([
    ['/v1/browse/new-releases?limit=0', 'Invalid limit'],
    ['/v1/browse/new-releases?limit=51', 'Invalid limit'],
    ['/v1/browse/new-releases?limit=ten', 'Invalid limit'],
    ['/v1/browse/new-releases?offset=-1', 'Invalid offset'],
    [`${TRACKS}?limit=51`, 'Invalid limit'],
    [`${TRACKS}?offset=`, 'Invalid offset'],
    ['/v1/search?q=tag:new&type=album&limit=51', 'Invalid limit'],
    ['/v1/search?type=album', 'No search query'],
    ['/v1/search?q=tag:new', 'Missing parameter type'],
    ['/v1/search?q=tag:new&type=track', 'Bad search type field'],
  ])('responds 400 to %s', async (path, message) => {
    const response = await (await callerOf(await givenSpotify()))(path);
    expect(response.status).toBe(400);
    expect(await json(response)).toEqual({ error: { status: 400, message } });
  });

  it('responds 404 to unknown paths', async () => {
    const get = await callerOf(await givenSpotify());
    const unknown = await get('/v1/albums/constructor/tracks');
    expect(await json(unknown)).toEqual({ error: { status: 404, message: 'Resource not found' } });
    expect((await get('/v1/albums?ids=1')).status).toBe(404);
    expect((await get('/v1/albums/%E0%A4%A/tracks')).status).toBe(404);
  });
});

describe('The kind of app', () => {
  it('closes new releases to development mode', async () => {
    const get = await callerOf(await givenSpotify({ app: 'development' }));
    const response = await get('/v1/browse/new-releases');
    expect(response.status).toBe(403);
    expect(await json(response)).toEqual({ error: { status: 403, message: 'Forbidden' } });
  });

  it('keeps searches of development mode small', async () => {
    const get = await callerOf(await givenSpotify({ app: 'development' }));
    const response = await get('/v1/search?q=tag:new&type=album&limit=11');
    expect(response.status).toBe(400);
    expect((await json(response)).error.message).toBe('Invalid limit');
    const { albums } = await json(await get('/v1/search?q=tag:new&type=album&limit=0'));
    expect(albums).toMatchObject({ items: [], limit: 0, next: null, total: 60 });
  });

  it.each(['extended', 'development'] as const)('decides on the fields: %s', async (app) => {
    const artist = { id: '3', type: 'artist' as const, name: '', popularity: 1, followers: {} };
    const rich = { available_markets: [], popularity: 1, label: '', album_group: 'album' };
    const linked = { available_markets: [], popularity: 1, linked_from: {} };
    const [album] = catalog.albums as [(typeof catalog.albums)[number]];
    const [track] = catalog.tracks[album.id] as [(typeof catalog.tracks)[string][number]];
    const one = {
      albums: [{ ...album, ...rich, artists: [artist] }],
      tracks: { [album.id]: [{ ...track, ...linked, artists: [artist] }] },
    };
    const get = await callerOf(await givenSpotify({ app, catalog: one }));
    const { albums } = await json(await get('/v1/search?q=tag:new&type=album'));
    const { items } = await json(await get(`/v1/albums/${album.id}/tracks`));
    const kept = (object: object, keys: object) => Object.keys(keys).filter((key) => key in object);
    const all = app === 'extended';
    expect(kept(albums.items[0], rich)).toEqual(all ? Object.keys(rich) : []);
    expect(kept(items[0], linked)).toEqual(all ? Object.keys(linked) : []);
    for (const { artists } of [albums.items[0], items[0]]) {
      expect(Object.keys(artists[0])).toEqual(
        all ? ['id', 'type', 'name', 'popularity', 'followers'] : ['id', 'type', 'name'],
      );
    }
  });
});
