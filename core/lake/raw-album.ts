import { ContractBroken, RawDataMissing } from '../errors.ts';
import { parseJson } from '../parse.ts';
import { type Item, type PageOfItems, usableItems } from './items.ts';
import { keys } from './keys.ts';
import type { Lake } from './lake.ts';
import type { Plan } from './manifest.ts';
import type { RawFormat } from './source.ts';

/** Joins an album's track pages, byte for byte as they came, into the one raw object of the album. */
export function joinPages(pages: Buffer[]): Buffer {
  const parts = pages.flatMap((page, i) => (i === 0 ? [page] : [Buffer.from(','), page]));
  return Buffer.concat([Buffer.from('{"pages":['), ...parts, Buffer.from(']}\n')]);
}

/** The tracks of an album, each once, in the order they came, and what is wrong with the rest. */
export interface AlbumTracks {
  tracks: Item[];
  /** The greatest number of tracks that the listing or a page names. */
  expected: number;
  /** Items without an id: nothing that could be asked for again. */
  unusable: number;
  repeated: number;
  /** Expected, and on no page. */
  missing: number;
}

/** `totalTracks` is what the listing says; 0 where it says nothing. */
export function tracksOf(pages: PageOfItems[], totalTracks = 0): AlbumTracks {
  const { items: tracks, unusable, repeated } = usableItems(pages);
  const expected = Math.max(totalTracks, ...pages.map((page) => page.total));
  const missing = Math.max(0, expected - tracks.length - unusable.length - repeated);
  return { tracks, expected, unusable: unusable.length, repeated, missing };
}

/** Each track that anyone named is there. */
export const isWhole = ({ tracks, expected }: AlbumTracks): boolean => tracks.length >= expected;

/** The pages of an object that `joinPages` made; throws RawDataMissing or ContractBroken where it is none. */
export function readPages(format: RawFormat, key: string, value: unknown): PageOfItems[] {
  const pages = (value as { pages?: unknown } | null)?.pages;
  if (!Array.isArray(pages)) throw new RawDataMissing(`${key} holds no pages of tracks`);
  return pages.map((page) => format.readTracks(page, key));
}

export interface StoredAlbum {
  bytes: Buffer;
  pages: PageOfItems[];
}

/** `TimeoutSeconds` of the state machine, in milliseconds. */
export const LONGEST_RUN_MS = 6 * 3_600_000;

/**
 * Since when an album's raw object counts (ISO 8601). What a run stored that began before `refreshBefore`
 * is to be fetched anew, however late in that run. One that an earlier run loaded with something odd is
 * there already: only what this run stored shows whether it is still so.
 */
export function countsSince(
  { run, seenBefore, refreshBefore }: Pick<Plan, 'run' | 'seenBefore' | 'refreshBefore'>,
  albumId: string,
): string {
  const startedAt = Date.parse(run.startedAt);
  const isOdd = seenBefore[albumId] !== undefined;
  const since = isOdd ? startedAt : Date.parse(refreshBefore) + LONGEST_RUN_MS;
  return new Date(Math.min(since, startedAt)).toISOString();
}

/**
 * An album's raw object, or undefined unless it was stored at `since` (ISO 8601) or later. Damaged data
 * counts as not stored: it is fetched again, not failed on.
 */
export async function readStoredAlbum(
  lake: Lake,
  format: RawFormat,
  albumId: string,
  since: string,
): Promise<StoredAlbum | undefined> {
  const key = keys.albumTracks(albumId);
  const storedAt = await lake.storedAt(key);
  // S3 keeps whole seconds: what was stored within the second of `since` counts as new.
  const oldest = Math.floor(Date.parse(since) / 1_000) * 1_000;
  if (!storedAt || storedAt.getTime() < oldest) return undefined;
  try {
    const bytes = await lake.get(key);
    return { bytes, pages: readPages(format, key, parseJson(bytes, key)) };
  } catch (error) {
    if (error instanceof ContractBroken || error instanceof RawDataMissing) return undefined;
    throw error;
  }
}
