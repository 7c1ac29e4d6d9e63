import { keys } from '../../../core/lake/keys.ts';
import {
  countStoredTracks,
  isWhole,
  joinPages,
  readAlbum,
  tracksOf,
} from '../../../core/lake/raw-album.ts';
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
    const album = readAlbum('key', JSON.parse(bytes.toString()));
    expect(album.tracks.map(({ id }) => id)).toEqual(['track1', 'track2', 'c']);
    expect(album.expected).toBe(3);
    expect(isWhole(album)).toBe(true);
  });

  it.each([null, 7, 'text', [], {}, { pages: null }, { pages: {} }])(
    'that is %j holds no pages',
    (value) => {
      expect(() => readAlbum('key', value)).toThrow(
        expect.objectContaining({
          name: 'RawDataMissing',
          message: 'key holds no pages of tracks',
        }),
      );
    },
  );

  it('with something that is no page breaks the contract', () => {
    expect(() => readAlbum('key', { pages: [{ items: [] }] })).toThrow(
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

  it('are as many as the greatest total promises', () => {
    expect(tracksOf([page([], { total: 7 }), page([], { total: 5 })]).expected).toBe(7);
    expect(tracksOf([]).expected).toBe(0);
  });

  it('are not whole while one is missing, a null or a repetition', () => {
    expect(isWhole(tracksOf([page(tracks(2), { total: 3 })]))).toBe(false);
    expect(isWhole(tracksOf([page([track('a'), null])]))).toBe(false);
    expect(isWhole(tracksOf([page([track('a'), track('a')])]))).toBe(false);
    expect(isWhole(tracksOf([page(tracks(3), { total: 3 })]))).toBe(true);
  });

  it('are whole where there are none, and where more came than expected', () => {
    expect(isWhole(tracksOf([page([])]))).toBe(true);
    expect(isWhole(tracksOf([page(tracks(3), { total: 2 })]))).toBe(true);
  });
});

describe('Counting what loaded of an album', () => {
  const count = async (
    land: (lake: ReturnType<typeof createMemoryLake>) => void,
    refreshBefore = day(-1).toISOString(),
  ) => {
    const lake = createMemoryLake();
    land(lake);
    return countStoredTracks(lake, 'album1', refreshBefore);
  };
  const whole = page(tracks(3));

  it('tells the tracks of one that lies there whole', async () => {
    expect(await count((lake) => storeAlbum(lake, 'album1', [whole]))).toBe(3);
  });

  it('tells 0 of one without tracks, which is not the same as nothing', async () => {
    expect(await count((lake) => storeAlbum(lake, 'album1', [page([])]))).toBe(0);
  });

  it('tells nothing of one that is not there, without reading it', async () => {
    const lake = createMemoryLake();
    expect(await countStoredTracks(lake, 'album1', day(0).toISOString())).toBeUndefined();
    expect(lake.gets).toEqual([]);
  });

  it('tells nothing of one that is too old', async () => {
    const land = (lake: ReturnType<typeof createMemoryLake>) =>
      storeAlbum(lake, 'album1', [whole], day(-1));
    expect(await count(land, day(-1).toISOString())).toBe(3);
    expect(await count(land, day(-0.5).toISOString())).toBeUndefined();
  });

  it('takes one that loaded in the very second of the refresh age for new: S3 tells no parts', async () => {
    const loaded = new Date('2026-11-21T06:00:00.950Z');
    const land = (lake: ReturnType<typeof createMemoryLake>) =>
      storeAlbum(lake, 'album1', [whole], loaded);
    expect(await count(land, '2026-11-21T06:00:00.900Z')).toBe(3);
    expect(await count(land, '2026-11-21T06:00:01.000Z')).toBeUndefined();
  });

  it.each([
    ['cut off', '{"pages":[{"items":['],
    ['empty', ''],
    ['something else', '{"albums":[]}'],
    ['without a paging object', '{"pages":[{"error":{"status":502}}]}'],
    ['incomplete', JSON.stringify({ pages: [page(tracks(2), { total: 3 })] })],
  ])('tells nothing of one that is %s', async (_, body) => {
    expect(
      await count((lake) => lake.store(keys.albumTracks('album1'), body, day(0))),
    ).toBeUndefined();
  });

  it('does not take a failing lake for missing data', async () => {
    const lake = createMemoryLake();
    storeAlbum(lake, 'album1', [whole]);
    const denied = new Error('Access Denied');
    const broken = { ...lake, getJson: async () => Promise.reject(denied) };
    await expect(countStoredTracks(broken, 'album1', day(-1).toISOString())).rejects.toBe(denied);
  });
});
