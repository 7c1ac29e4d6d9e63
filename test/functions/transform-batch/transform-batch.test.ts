import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { readEarlierRuns } from '../../../core/lake/earlier-runs.ts';
import { keys } from '../../../core/lake/keys.ts';
import { commitMarkerSchema, type Manifest } from '../../../core/lake/manifest.ts';
import { spotifyFormat as format } from '../../../core/spotify/source.ts';
import { parseRequest } from '../../../functions/transform-batch/request.ts';
import { transformBatch } from '../../../functions/transform-batch/transform-batch.ts';
import { createMemoryLake, type FakeLake } from '../../fixtures/fake-lake.ts';
import {
  album,
  artist,
  day,
  errorOf,
  manifest,
  page,
  run,
  runOf,
  storeAlbum,
  storeListing,
  track,
  tracks,
} from '../fixtures.ts';
import { storeCatalog } from './fixtures.ts';

const tables = ['albums', 'tracks', 'artists', 'album_artists', 'track_artists'] as const;
const manifestKey = keys.manifest(run);

async function rowsOf(lake: FakeLake, table: (typeof tables)[number]) {
  const bytes = lake.bytesOf(keys.table(table, run));
  const { buffer, byteOffset, byteLength } = bytes;
  return parquetReadObjects({
    file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer,
    compressors: { ZSTD: (input) => new Uint8Array(zstdDecompressSync(input)) },
  });
}

/** Albums on one listing page, and the tracks of each that loaded. */
function given(
  albums: unknown[],
  loaded: Record<string, unknown[]>,
  more: Partial<Manifest> = {},
): FakeLake {
  const lake = createMemoryLake();
  storeListing(lake, run, [page(albums)]);
  for (const [id, items] of Object.entries(loaded)) storeAlbum(lake, id, [page(items)]);
  lake.store(manifestKey, JSON.stringify(manifest(Object.keys(loaded), more)), day(0));
  return lake;
}

const transform = (lake: FakeLake) => transformBatch({ manifestKey }, { lake, format });

describe('TransformBatch', () => {
  const catalog = generateCatalog({ albums: 120, seed: 5 });
  const allTracks = Object.values(catalog.tracks).flat();

  it('makes a row of each album, track and artist, and of each credit', async () => {
    const lake = createMemoryLake();
    const result = await transformBatch(
      { manifestKey: storeCatalog(lake, catalog) },
      { lake, format },
    );
    const artists = new Set(
      [...catalog.albums, ...allTracks].flatMap((item) => item.artists.map(({ id }) => id)),
    );
    const credits = (items: { artists: unknown[] }[]) =>
      items.reduce((sum, item) => sum + item.artists.length, 0);
    expect(result).toEqual({
      rows: {
        albums: 120,
        tracks: allTracks.length,
        artists: artists.size,
        album_artists: credits(catalog.albums),
        track_artists: credits(allTracks),
      },
      commitMarkerKey: keys.commitMarker(run),
    });
    for (const table of tables) {
      expect(await rowsOf(lake, table)).toHaveLength(result.rows[table]);
    }
    const durations = (await rowsOf(lake, 'tracks')).map(({ duration_ms }) => duration_ms);
    const sum = (each: number[]) => each.reduce((a, b) => a + b, 0);
    expect(sum(durations)).toBe(sum(allTracks.map(({ duration_ms }) => duration_ms)));
  });

  it('joins by id: each track carries its album, each credit its place', async () => {
    const lake = createMemoryLake();
    await transformBatch({ manifestKey: storeCatalog(lake, catalog) }, { lake, format });
    const albumOf = new Map((await rowsOf(lake, 'tracks')).map((row) => [row.id, row.album_id]));
    for (const [albumId, of] of Object.entries(catalog.tracks)) {
      for (const { id } of of) expect(albumOf.get(id)).toBe(albumId);
    }
    const credits = await rowsOf(lake, 'album_artists');
    expect(credits.map((row) => [row.album_id, row.artist_id, row.position])).toEqual(
      catalog.albums.flatMap(({ id, artists }) =>
        artists.map((each, position) => [id, each.id, position]),
      ),
    );
  });

  it('writes the same bytes when it is called again', async () => {
    const lake = createMemoryLake();
    storeCatalog(lake, catalog);
    await transform(lake);
    const written = [...lake.puts];
    const before = written.map((key) => lake.bytesOf(key).toString('base64'));
    await transform(lake);
    expect(lake.puts).toEqual([...written, ...written]);
    expect(written.map((key) => lake.bytesOf(key).toString('base64'))).toEqual(before);
  });

  it('writes the commit marker last: from then on the albums are skipped', async () => {
    const lake = given([album('a')], { a: [track('t')] });
    await transform(lake);
    expect(lake.puts).toEqual([
      ...tables.map((table) => keys.table(table, run)),
      keys.commitMarker(run),
    ]);
    expect(commitMarkerSchema.parse(lake.jsonOf(keys.commitMarker(run)))).toEqual({
      run,
      albums: ['a'],
      open: {},
      rows: { albums: 1, tracks: 1, artists: 1, album_artists: 1, track_artists: 1 },
      files: tables.map((table) => keys.table(table, run)),
      oddValues: {},
      repeatedTracks: 0,
    });
    const later = runOf('later', day(1));
    expect((await readEarlierRuns(lake, later, day(-1))).committed).toEqual(new Set(['a']));
  });

  it.each(tables)('leaves no commit marker behind when it is cut at %s', async (table) => {
    const lake = given([album('a')], { a: [track('t')] });
    const { put } = lake;
    lake.put = async (key, body) => {
      if (key === keys.table(table, run)) throw new Error('cut');
      return put(key, body);
    };
    expect((await errorOf(transform(lake))).message).toBe('cut');
    expect(lake.keys()).not.toContain(keys.commitMarker(run));
    lake.put = put;
    await transform(lake);
    expect(lake.keys()).toContain(keys.commitMarker(run));
  });
});

describe('Ids of a run', () => {
  it('are unique for albums that are on two pages', async () => {
    const lake = given([album('a', { name: 'first' }), album('a', { name: 'second' })], {
      a: [track('t')],
    });
    await transform(lake);
    expect((await rowsOf(lake, 'albums')).map(({ id, name }) => [id, name])).toEqual([
      ['a', 'first'],
    ]);
  });

  it('are unique for tracks of two albums: the first keeps it, the commit marker counts it', async () => {
    const lake = given([album('b'), album('a')], {
      a: [track('shared'), track('ta')],
      b: [track('shared'), track('tb')],
    });
    expect((await transform(lake)).rows.tracks).toBe(3);
    expect((await rowsOf(lake, 'tracks')).map(({ id, album_id }) => [id, album_id])).toEqual([
      ['shared', 'b'],
      ['tb', 'b'],
      ['ta', 'a'],
    ]);
    expect(lake.jsonOf(keys.commitMarker(run)).repeatedTracks).toBe(1);
    expect(
      (await rowsOf(lake, 'track_artists')).filter((r) => r.track_id === 'shared'),
    ).toHaveLength(1);
  });

  it('are unique for artists of albums and tracks together', async () => {
    const both = [artist('x'), artist('y'), artist('x')];
    const lake = given([album('a', { artists: both })], { a: [track('t', { artists: both })] });
    const { rows } = await transform(lake);
    expect(rows).toMatchObject({ artists: 2, album_artists: 2, track_artists: 2 });
  });
});

describe('The manifest', () => {
  it('decides: nothing else becomes a row', async () => {
    const lake = given([album('a'), album('other'), null], { a: [track('t')] });
    storeAlbum(lake, 'other', [page(tracks(5))]);
    expect((await transform(lake)).rows).toMatchObject({ albums: 1, tracks: 1 });
    expect(lake.gets).not.toContain(keys.albumTracks('other'));
  });

  it('may name a part of its listing as skipped or missing', async () => {
    const lake = given(
      [album('a'), album('k'), album('m')],
      { a: [track('t')] },
      { skipped: ['k'], missing: [{ albumId: 'm', reason: 'QuotaExhausted' }], status: 'DEFERRED' },
    );
    expect((await transform(lake)).rows.albums).toBe(1);
    expect(lake.jsonOf(keys.commitMarker(run)).albums).toEqual(['a']);
  });

  it.each<[string, (lake: FakeLake) => void, string]>([
    [
      'names raw data that is not there',
      (lake) => lake.store(manifestKey, JSON.stringify(manifest(['a', 'b'])), day(0)),
      'does not exist',
    ],
    [
      'names an album that is on none of its pages',
      (lake) => {
        storeAlbum(lake, 'c', [page(tracks(1))]);
        lake.store(manifestKey, JSON.stringify(manifest(['a', 'c'])), day(0));
      },
      'The manifest lists album c, which is on none of its pages',
    ],
    [
      'names a page that is not there',
      (lake) => {
        const pages = [keys.listingPage(run, 0), keys.listingPage(run, 9)];
        lake.store(manifestKey, JSON.stringify(manifest(['a'], { pages })), day(0));
      },
      'page-00009.json does not exist',
    ],
    [
      'names raw data that is cut off',
      (lake) => lake.store(keys.albumTracks('a'), '{"pages":[', day(0)),
      'is not whole JSON',
    ],
    [
      'names an album that holds fewer tracks than it says',
      (lake) => storeAlbum(lake, 'a', [page([], { total: 1 })]),
      'holds fewer tracks than the manifest says',
    ],
  ])('that %s fails the transform, and nothing is written', async (_, damage, message) => {
    const lake = given([album('a'), album('b')], { a: [track('t')] });
    damage(lake);
    const error = await errorOf(transform(lake));
    expect(error).toMatchObject({ name: 'RawDataMissing', transient: false });
    expect(error.message).toContain(message);
    expect(lake.puts).toEqual([]);
  });

  it('that is not there, or is none, fails in one line', async () => {
    const lake = createMemoryLake();
    expect(await errorOf(transform(lake))).toMatchObject({ name: 'RawDataMissing' });
    lake.store(manifestKey, '{"run":{"runId":"x"}}', day(0));
    const error = await errorOf(transform(lake));
    expect(error.name).toBe('InvalidInput');
    expect(error.message).toMatch(/^raw\/manifests\/.*manifest\.json: run\.startedAt: .*$/);
  });

  it('without anything loaded makes a commit marker and no empty file', async () => {
    const lake = given([album('a')], {});
    expect((await transform(lake)).rows).toEqual({
      albums: 0,
      tracks: 0,
      artists: 0,
      album_artists: 0,
      track_artists: 0,
    });
    expect(lake.puts).toEqual([keys.commitMarker(run)]);
  });
});

describe('An album that came with fewer tracks than expected', () => {
  const odd = {
    expected: 3,
    unusable: 1,
    repeated: 0,
    missing: 1,
    creditsWithoutId: 0,
    oddText: 0,
    isOpen: true,
  };
  const loaded = (isOpen: boolean) => [
    { albumId: 'a', key: keys.albumTracks('a'), tracks: 1, odd: { ...odd, isOpen } },
  ];

  it('gets its rows, and is not skipped by the next run', async () => {
    const lake = given([album('a')], { a: [track('t'), null] }, { loaded: loaded(true) });
    expect((await transform(lake)).rows).toMatchObject({ albums: 1, tracks: 1 });
    expect(lake.jsonOf(keys.commitMarker(run))).toMatchObject({ albums: [], open: { a: 2 } });
  });

  it('is skipped once two runs saw the same', async () => {
    const lake = given([album('a')], { a: [track('t'), null] }, { loaded: loaded(false) });
    await transform(lake);
    expect(lake.jsonOf(keys.commitMarker(run))).toMatchObject({ albums: ['a'], open: {} });
  });
});

describe('What Spotify does not promise', () => {
  it('is null in the row and counted in the commit marker, and breaks nothing', async () => {
    const odd = album('a', { name: 7, total_tracks: '12', images: 'none', artists: null });
    const lake = given([odd], { a: [track('t', { explicit: 'no', artists: [null, 7] })] });
    await transform(lake);
    expect((await rowsOf(lake, 'albums'))[0]).toMatchObject({ name: null, total_tracks: null });
    expect((await rowsOf(lake, 'tracks'))[0]).toMatchObject({ explicit: null, album_id: 'a' });
    expect(lake.jsonOf(keys.commitMarker(run)).oddValues).toEqual({
      'albums.name': 1,
      'albums.total_tracks': 1,
      'tracks.explicit': 1,
    });
  });

  it('may be the id of a credit, which keeps its place', async () => {
    const artists = [artist('x'), { name: 'no id' }, artist('y')];
    const lake = given([album('a', { artists })], { a: [track('t', { artists })] });
    expect((await transform(lake)).rows.artists).toBe(2);
    for (const table of ['album_artists', 'track_artists'] as const) {
      const credits = await rowsOf(lake, table);
      expect(credits.map(({ artist_id, position }) => [artist_id, position])).toEqual([
        ['x', 0],
        [null, 1],
        ['y', 2],
      ]);
    }
  });

  it('may be missing: the fields that development mode drops are null, and not odd', async () => {
    const lake = given([{ id: 'a' }], { a: [{ id: 't' }] });
    await transform(lake);
    const [row] = await rowsOf(lake, 'albums');
    expect(row).toMatchObject({ id: 'a', label: null, popularity: null, market_count: null });
    expect(lake.jsonOf(keys.commitMarker(run)).oddValues).toEqual({});
  });

  it('may be added: a new field stays in raw and is in no table', async () => {
    const lake = given([album('a', { ai_generated: true })], { a: [track('t')] });
    await transform(lake);
    expect((await rowsOf(lake, 'albums'))[0]).not.toHaveProperty('ai_generated');
  });
});

describe('The event of TransformBatch', () => {
  it('names the manifest', () => {
    expect(parseRequest({ run, manifestKey })).toEqual({ manifestKey });
    for (const event of [{}, { manifestKey: '' }, null]) {
      expect(() => parseRequest(event)).toThrow(/^TransformBatch: /);
    }
  });
});
