import { ContractBroken, RawDataMissing } from '../errors.ts';
import { type Item, type Page, parsePage, usableItems } from '../spotify/paging.ts';
import { keys } from './keys.ts';
import type { Lake } from './lake.ts';

/** Joins an album's track pages, byte for byte as they came, into the one raw object of the album. */
export function joinPages(pages: Buffer[]): Buffer {
  const parts = pages.flatMap((page, i) => (i === 0 ? [page] : [Buffer.from(','), page]));
  return Buffer.concat([Buffer.from('{"pages":['), ...parts, Buffer.from(']}\n')]);
}

/** The tracks of an album, each once, in the order they came, and how many its pages promise. */
export interface AlbumTracks {
  tracks: Item[];
  expected: number;
}

export function tracksOf(pages: Page[]): AlbumTracks {
  const byId = new Map<string, Item>();
  for (const track of pages.flatMap((page) => usableItems(page).items)) {
    if (!byId.has(track.id)) byId.set(track.id, track);
  }
  return { tracks: [...byId.values()], expected: Math.max(0, ...pages.map((page) => page.total)) };
}

/** Reads an object that `joinPages` made; throws RawDataMissing or ContractBroken where it is none. */
export function readAlbum(key: string, value: unknown): AlbumTracks {
  const pages = (value as { pages?: unknown } | null)?.pages;
  if (!Array.isArray(pages)) throw new RawDataMissing(`${key} holds no pages of tracks`);
  return tracksOf(pages.map((page) => parsePage(page, { path: key })));
}

/** An album has loaded when it holds every track that it promises. */
export const isWhole = ({ tracks, expected }: AlbumTracks): boolean => tracks.length >= expected;

/**
 * How many tracks of an album lie in the lake, or undefined unless it lies there whole and loaded at
 * `refreshBefore` or later. Damaged data counts as not loaded: it is fetched again, not failed on.
 */
export async function countStoredTracks(
  lake: Lake,
  albumId: string,
  refreshBefore: string,
): Promise<number | undefined> {
  const key = keys.albumTracks(albumId);
  const storedAt = await lake.storedAt(key);
  // S3 tells whole seconds: what loaded within the second of `refreshBefore` counts as new.
  const oldest = Math.floor(Date.parse(refreshBefore) / 1_000) * 1_000;
  if (!storedAt || storedAt.getTime() < oldest) return undefined;
  try {
    const album = readAlbum(key, await lake.getJson(key));
    return isWhole(album) ? album.tracks.length : undefined;
  } catch (error) {
    if (error instanceof RawDataMissing || error instanceof ContractBroken) return undefined;
    throw error;
  }
}
