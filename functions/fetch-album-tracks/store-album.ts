import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import type { QueuedAlbum } from '../../core/lake/progress.ts';
import { isWhole, joinPages, readStoredAlbum, tracksOf } from '../../core/lake/raw-album.ts';
import type { Access, AlbumSource } from '../../core/lake/source.ts';

export interface StoredTracks {
  tracks: number;
  /** Fewer than anyone named. */
  isShort: boolean;
}

/** Gets every track page of an album; what it returns stores them as one raw object. */
export async function fetchAlbum(
  source: AlbumSource,
  lake: Lake,
  access: Access,
  album: QueuedAlbum,
): Promise<() => Promise<StoredTracks>> {
  const bytes = await source.getTracks(access, album);
  const key = keys.albumTracks(album.albumId);
  const pages = bytes.map((page) => source.readTracks(JSON.parse(page.toString()), key));
  const read = tracksOf(pages, album.totalTracks);
  const tracks = read.tracks.length;
  return async () => {
    // Of two tries the fuller one is kept.
    if (album.stored === undefined || tracks > album.stored) {
      await lake.put(key, joinPages(bytes), 'application/json');
    }
    return { tracks: Math.max(tracks, album.stored ?? 0), isShort: !isWhole(read) };
  };
}

/** What an earlier call or run that was cut has stored of an album, if that is whole. */
export async function storedTracks(
  source: AlbumSource,
  lake: Lake,
  { albumId, totalTracks }: QueuedAlbum,
  since: string,
): Promise<StoredTracks | undefined> {
  const stored = await readStoredAlbum(lake, source, albumId, since);
  if (!stored) return undefined;
  const read = tracksOf(stored.pages, totalTracks);
  return isWhole(read) ? { tracks: read.tracks.length, isShort: false } : undefined;
}
