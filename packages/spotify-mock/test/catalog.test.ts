import { readCatalog } from '../src/catalog.ts';
import { InvalidInput } from '../src/errors.ts';
import { generateCatalog } from '../src/generate-catalog.ts';
import { cleanUpAfterEach, givenFile } from './fixtures.ts';

describe('A generated catalogue', () => {
  const catalog = generateCatalog({ albums: 100, seed: 7 });
  const { albums } = catalog;
  const tracks = Object.values(catalog.tracks).flat();
  const dates = albums.map((album) => album.release_date);

  it('is the same for the same seed and another for another', () => {
    expect(generateCatalog({ albums: 100, seed: 7 })).toEqual(catalog);
    expect(generateCatalog({ albums: 100, seed: 8 })).not.toEqual(catalog);
  });

  it('gives each album the tracks it promises, under ids as Spotify has them', () => {
    for (const { id, total_tracks } of albums) {
      expect(catalog.tracks[id]).toHaveLength(total_tracks);
    }
    const ids = [...albums, ...tracks].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9A-Za-z]{22}$/.test(id))).toBe(true);
  });

  it('counts track numbers per disc', () => {
    const twoDiscs = catalog.tracks[albums[5]?.id ?? ''] ?? [];
    const second = twoDiscs.filter((track) => track.disc_number === 2);
    expect(second.map((track) => track.track_number)).toEqual(second.map((_, index) => index + 1));
    expect(second).not.toHaveLength(0);
  });

  it('holds the shapes that break careless code', () => {
    expect(new Set(albums.map((album) => album.album_type)).size).toBe(3);
    expect(dates).toEqual(expect.arrayContaining(['1981', '1981-12']));
    expect(albums.some((album) => album.name === '')).toBe(true);
    expect(albums.some((album) => /[^\p{ASCII}]/u.test(album.name))).toBe(true);
    expect(albums.some((album) => album.restrictions)).toBe(true);
    expect(albums.some((album) => album.total_tracks > 50)).toBe(true);
    expect(tracks.some((track) => track.explicit)).toBe(true);
    expect(tracks.some((track) => track.preview_url === null)).toBe(true);
    expect(tracks.some((track) => track.linked_from)).toBe(true);
    const artists = albums.flatMap((album) => album.artists.map(({ id }) => id));
    expect(new Set(artists).size).toBeLessThan(artists.length);
  });

  it('comes in any size, quickly', () => {
    const started = performance.now();
    const large = generateCatalog({ albums: 1000, tracksPerAlbum: 20, seed: 1 });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(Object.values(large.tracks).flat()).toHaveLength(20_000);
    expect(generateCatalog({ albums: 0, seed: 1 })).toEqual({ albums: [], tracks: {} });
  });
});

describe('Reading a catalogue', () => {
  cleanUpAfterEach();
  const catalog = generateCatalog({ albums: 3, tracksPerAlbum: 1, seed: 1 });
  const [first, second] = catalog.albums;

  const problemOf = (content: string | object) => {
    const file = givenFile(typeof content === 'string' ? content : JSON.stringify(content));
    try {
      readCatalog(file);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      const { message } = error as Error;
      expect(message.startsWith(`${file}: `)).toBe(true);
      expect(message).toContain('expected a catalogue {"albums": [');
      expect(message).not.toContain('\n');
      return message.slice(file.length + 2, message.lastIndexOf('; expected'));
    }
    return 'none';
  };

  it('keeps every field, in the order of the file', () => {
    const text = JSON.stringify({ ...catalog, albums: [{ new_field: 1, ...first }] });
    expect(JSON.stringify(readCatalog(givenFile(text)))).toBe(text);
  });

  it('says that a file is missing', () => {
    expect(() => readCatalog('/nowhere/albums.json')).toThrow(
      /^\/nowhere\/albums.json: cannot be read \(ENOENT\); expected/,
    );
  });

  it('says that a file is not JSON', () => {
    expect(problemOf('{"albums": [\n\n oops')).toMatch(/^is not JSON \(/);
  });

  it('names the first wrong field and counts the others', () => {
    expect(problemOf({ albums: [] })).toMatch(/^tracks: Invalid input/);
    expect(problemOf({ ...catalog, albums: [first, { ...second, name: 1, artists: 2 }] })).toBe(
      'albums[1].name: Invalid input: expected string, received number (and 1 more)',
    );
    expect(problemOf('[]')).toMatch(/^Invalid input/);
  });

  it('requires ids that are unique and not empty, each with its tracks', () => {
    expect(problemOf({ ...catalog, albums: [first, first] })).toBe(
      `albums[1].id: "${first?.id}" stands there twice`,
    );
    expect(problemOf({ ...catalog, albums: [{ ...first, id: '' }] })).toMatch(/^albums\[0\].id: /);
    expect(problemOf({ albums: [first], tracks: {} })).toBe(
      `albums[0].id: "${first?.id}" has no array in "tracks"`,
    );
  });
});
