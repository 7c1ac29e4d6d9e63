import { keys } from '../../../core/lake/keys.ts';
import {
  isWhole,
  joinPages,
  readPages,
  readStoredAlbum,
  tracksOf,
} from '../../../core/lake/raw-album.ts';
import { spotifyFormat } from '../../../core/spotify/source.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import { day, page, storeAlbum, track, tracks } from '../../functions/fixtures.ts';

describe('The raw object of an album', () => {
  it('holds each page byte for byte as it came', () => {
    const pages = ['{ "items" : [ 1e2 ] }', '{"x":"\\u00e6 Ærø","n":12345678901234567890}\n'];
    const joined = joinPages(pages.map((text) => Buffer.from(text)));
    expect(joined.toString()).toBe(`{"pages":[${pages[0]},${pages[1]}]}\n`);
    for (const text of pages) expect(joined.includes(Buffer.from(text))).toBe(true);
    expect(JSON.parse(joined.toString()).pages).toHaveLength(2);
  });

  it('is whole JSON for one page and for none', () => {
    expect(JSON.parse(joinPages([Buffer.from('{}')]).toString())).toEqual({ pages: [{}] });
    expect(JSON.parse(joinPages([]).toString())).toEqual({ pages: [] });
  });

  it('is read back as the tracks that it holds', () => {
    const pages = [page(tracks(2), { total: 3 }), page([track('c')], { offset: 2, total: 3 })];
    const bytes = joinPages(pages.map((each) => Buffer.from(JSON.stringify(each))));
    const album = tracksOf(readPages(spotifyFormat, 'key', JSON.parse(bytes.toString())));
    expect(album.tracks.map(({ id }) => id)).toEqual(['track1', 'track2', 'c']);
    expect(album.expected).toBe(3);
    expect(isWhole(album)).toBe(true);
  });

  it.each([null, 7, 'text', [], {}, { pages: null }, { pages: {} }])(
    'that is %j holds no pages',
    (value) => {
      expect(() => readPages(spotifyFormat, 'key', value)).toThrow(
        expect.objectContaining({
          name: 'RawDataMissing',
          message: 'key holds no pages of tracks',
        }),
      );
    },
  );

  it('with something that is no page breaks the contract', () => {
    expect(() => readPages(spotifyFormat, 'key', { pages: [{ error: {} }] })).toThrow(
      expect.objectContaining({ name: 'ContractBroken' }),
    );
  });
});

describe('The tracks of an album', () => {
  it('come once each, in the order they came, the first of two kept', () => {
    const pages = [
      page([track('b', { n: 1 }), track('a')], { total: 3 }),
      page([track('b', { n: 2 }), track('c')], { total: 3 }),
    ];
    const album = tracksOf(pages);
    expect(album.tracks.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(album.tracks[0]?.n).toBe(1);
  });

  it('are held against the greatest total that the listing or a page names', () => {
    expect(tracksOf([page([], { total: 7 }), page([], { total: 5 })]).expected).toBe(7);
    expect(tracksOf([page(tracks(100))], 120)).toMatchObject({ expected: 120, missing: 20 });
    expect(tracksOf([page(tracks(100))], 90)).toMatchObject({ expected: 100, missing: 0 });
    expect(tracksOf([]).expected).toBe(0);
  });

  it('are counted with what is odd: unusable, repeated, missing', () => {
    const odd = page([track('a'), null, { name: 'no id' }, track('a'), track('b')], { total: 7 });
    const album = tracksOf([odd]);
    expect(album).toMatchObject({ expected: 7, unusable: 2, repeated: 1, missing: 2 });
    expect(album.tracks.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(isWhole(album)).toBe(false);
  });

  it('are whole where there are none, and where more came than expected', () => {
    expect(isWhole(tracksOf([page([])]))).toBe(true);
    expect(isWhole(tracksOf([page(tracks(3), { total: 2 })]))).toBe(true);
  });
});

describe('An album in raw', () => {
  type Lake = ReturnType<typeof createMemoryLake>;
  const read = async (store: (lake: Lake) => void, refreshBefore = day(-1).toISOString()) => {
    const lake = createMemoryLake();
    store(lake);
    const stored = await readStoredAlbum(lake, spotifyFormat, 'album1', refreshBefore);
    return stored && tracksOf(stored.pages).tracks.length;
  };
  const whole = page(tracks(3));

  it('is read with its tracks, of which there may be none', async () => {
    expect(await read((lake) => storeAlbum(lake, 'album1', [whole]))).toBe(3);
    expect(await read((lake) => storeAlbum(lake, 'album1', [page([])]))).toBe(0);
  });

  it('that is not there is not read', async () => {
    const lake = createMemoryLake();
    const stored = await readStoredAlbum(lake, spotifyFormat, 'album1', day(0).toISOString());
    expect(stored).toBeUndefined();
    expect(lake.gets).toEqual([]);
  });

  it('counts as not stored when it is too old', async () => {
    const store = (lake: Lake) => storeAlbum(lake, 'album1', [whole], day(-1));
    expect(await read(store, day(-1).toISOString())).toBe(3);
    expect(await read(store, day(-0.5).toISOString())).toBeUndefined();
  });

  it('counts as new in the very second of the refresh age: S3 keeps no parts', async () => {
    const stored = new Date('2026-11-21T06:00:00.950Z');
    const store = (lake: Lake) => storeAlbum(lake, 'album1', [whole], stored);
    expect(await read(store, '2026-11-21T06:00:00.900Z')).toBe(3);
    expect(await read(store, '2026-11-21T06:00:01.000Z')).toBeUndefined();
  });

  it.each([
    ['cut off', '{"pages":[{"items":['],
    ['empty', ''],
    ['something else', '{"albums":[]}'],
    ['without a paging object', '{"pages":[{"error":{"status":502}}]}'],
  ])('counts as not stored when it is %s', async (_, body) => {
    const store = (lake: Lake) => lake.store(keys.albumTracks('album1'), body, day(0));
    expect(await read(store)).toBeUndefined();
  });

  it('is not missing because the lake fails', async () => {
    const lake = createMemoryLake();
    storeAlbum(lake, 'album1', [whole]);
    const denied = new Error('Access Denied');
    const broken = { ...lake, get: async () => Promise.reject(denied) };
    await expect(
      readStoredAlbum(broken, spotifyFormat, 'album1', day(-1).toISOString()),
    ).rejects.toBe(denied);
  });
});
