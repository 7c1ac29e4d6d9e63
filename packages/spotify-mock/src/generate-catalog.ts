import { createRandom, type Random } from 'seeded-random';
import type { Catalog, SimplifiedAlbum, SimplifiedArtist, SimplifiedTrack } from './catalog.ts';

// Names carry a number and never a person's. The tails are what breaks careless code: other
// scripts, a combining accent, an emoji outside the BMP, quotes, CSV separators, a backslash.
const TAILS = [
  '',
  '',
  '',
  ' Ærø',
  ' Ночь',
  ' 東京',
  ' مدينة',
  ' Cafe\u0301',
  ' 🎧',
  ' "Live", Pt. 2',
  ' a\\b|c;d',
];
const MARKETS = [
  'AR',
  'AU',
  'BR',
  'CA',
  'DE',
  'ES',
  'FR',
  'GB',
  'IN',
  'JP',
  'MX',
  'NG',
  'SE',
  'US',
];
const NEWEST_RELEASE = Date.UTC(2026, 10, 20);
const DAY_MS = 86_400_000;

/**
 * An invented catalogue of any size: the same arguments give the same objects. The rarer shapes
 * (partial dates, an empty name, several discs) come at fixed places, so that 20 albums hold each;
 * without `tracksPerAlbum` one album in 40 needs more than one page of 50 tracks.
 */
export function generateCatalog(options: {
  albums: number;
  tracksPerAlbum?: number;
  seed: number;
}): Catalog {
  const random = createRandom(options.seed);
  // Fewer artists than albums, so that many albums share one.
  const artistCount = Math.max(3, Math.ceil(options.albums * 0.6));
  const artists = Array.from({ length: artistCount }, (_, index) => artistOf(index, random));
  const catalog: Catalog = { albums: [], tracks: {} };
  for (let index = 0; index < options.albums; index += 1) {
    const albumType = index % 3 === 0 ? 'album' : index % 3 === 1 ? 'single' : 'compilation';
    const total = options.tracksPerAlbum ?? trackCount(index, albumType, random);
    const album = albumOf(index, albumType, total, artists, random);
    catalog.albums.push(album);
    catalog.tracks[album.id] = tracksOf(album, index, artists, random);
  }
  return catalog;
}

function trackCount(index: number, albumType: string, random: Random): number {
  if (index % 40 === 17) return random.int(51, 120);
  if (albumType === 'single') return random.int(1, 3);
  return albumType === 'album' ? random.int(6, 20) : random.int(15, 30);
}

function artistOf(index: number, random: Random): SimplifiedArtist {
  const name = `Mock Artist ${index + 1}${random.pick(TAILS)}`;
  return { ...identity('artist', random.id()), name };
}

function albumOf(
  index: number,
  albumType: string,
  totalTracks: number,
  artists: SimplifiedArtist[],
  random: Random,
): SimplifiedAlbum {
  const id = random.id();
  return {
    ...identity('album', id),
    album_type: albumType,
    total_tracks: totalTracks,
    available_markets: markets(random),
    images: index % 13 === 11 ? [] : imagesOf(id, index),
    // Spotify leaves an empty name behind after a takedown.
    name: index % 20 === 7 ? '' : `Mock Album ${index + 1}${random.pick(TAILS)}`,
    ...releaseDate(index, random),
    ...(index % 20 === 12 && { restrictions: { reason: 'market' } }),
    artists: severalOf(artists, random),
  };
}

function tracksOf(
  album: SimplifiedAlbum,
  albumIndex: number,
  artists: SimplifiedArtist[],
  random: Random,
): SimplifiedTrack[] {
  const discs = albumIndex % 8 === 5 ? 2 : albumIndex % 8 === 6 ? 3 : 1;
  const perDisc = Math.max(1, Math.ceil(album.total_tracks / discs));
  return Array.from({ length: album.total_tracks }, (_, index) => {
    const id = random.id();
    const featured = random.chance(0.15) ? severalOf(artists, random) : [];
    const guests = featured.filter((one) => album.artists.every((own) => own.id !== one.id));
    return {
      artists: [...album.artists, ...guests],
      available_markets: album.available_markets,
      disc_number: Math.floor(index / perDisc) + 1,
      duration_ms: random.int(45_000, 420_000),
      explicit: random.chance(0.12),
      ...identity('track', id),
      ...(random.chance(0.9) && { is_playable: true }),
      ...(random.chance(0.02) && { linked_from: identity('track', random.id()) }),
      ...(random.chance(0.02) && { restrictions: { reason: 'explicit' } }),
      name: `Mock Track ${albumIndex + 1}.${index + 1}${random.pick(TAILS)}`,
      preview_url: random.chance(0.1) ? `https://p.scdn.co/mp3-preview/${id}` : null,
      track_number: (index % perDisc) + 1,
      is_local: false,
    };
  });
}

function identity<T extends 'album' | 'track' | 'artist'>(type: T, id: string) {
  return {
    external_urls: { spotify: `https://open.spotify.com/${type}/${id}` },
    href: `https://api.spotify.com/v1/${type}s/${id}`,
    id,
    type,
    uri: `spotify:${type}:${id}`,
  };
}

function releaseDate(index: number, random: Random) {
  // The precision that Spotify states can disagree with the date it stands beside.
  if (index % 20 === 3) return { release_date: '1981', release_date_precision: 'day' };
  if (index % 20 === 8) return { release_date: '1981', release_date_precision: 'year' };
  if (index % 20 === 16) return { release_date: '1981-12', release_date_precision: 'month' };
  const day = new Date(NEWEST_RELEASE - random.int(0, 13) * DAY_MS);
  return { release_date: day.toISOString().slice(0, 10), release_date_precision: 'day' };
}

function imagesOf(id: string, index: number) {
  // Spotify does not know the size of every image.
  const known = index % 13 !== 4;
  return [640, 300, 64].map((size) => ({
    url: `https://i.scdn.co/image/${id}-${size}`,
    height: known ? size : null,
    width: known ? size : null,
  }));
}

function severalOf(artists: SimplifiedArtist[], random: Random): SimplifiedArtist[] {
  const chosen = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => random.pick(artists));
  return [...new Set(chosen)];
}

function markets(random: Random): string[] {
  const some = MARKETS.filter(() => random.chance(0.8));
  return some.length > 0 ? some : MARKETS;
}
