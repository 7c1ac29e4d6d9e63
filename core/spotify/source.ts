import { EndpointNotAllowed } from '../errors.ts';
import type { Access, AlbumSource, ListingPage, RawFormat } from '../lake/source.ts';
import type { SpotifyClient } from './client.ts';
import {
  albumList,
  albumTracks,
  isCutByApi,
  nextCursor,
  type PagingStyle,
  parsePage,
  pathAt,
  type Source,
  TRACKS_PER_PAGE,
} from './paging.ts';

export interface SourceSettings {
  /** `auto` tries new-releases and takes search where that is not allowed. */
  source: 'auto' | Source;
  style: PagingStyle;
  market: string;
}

/** How Spotify's pages are read back out of raw. */
export const spotifyFormat: RawFormat = {
  readListing: (page, key) => parsePage(page, { wrapper: 'albums', path: key }),
  readTracks: (page, key) => parsePage(page, { path: key }),
  requestsFor: (totalTracks) => Math.max(1, Math.ceil(totalTracks / TRACKS_PER_PAGE)),
};

/** Spotify as a source of albums and their tracks. */
export function createSpotifySource(client: SpotifyClient, settings: SourceSettings): AlbumSource {
  const { market, style } = settings;

  async function getListing(
    access: Access,
    { source, cursor, expected }: Parameters<AlbumSource['getListing']>[1],
  ): Promise<ListingPage> {
    const get = async (of: Source): Promise<ListingPage> => {
      const list = albumList(of, market);
      const offset = cursor?.offset ?? 0;
      const { body, bytes } = await client.get(cursor?.path ?? pathAt(list, 0), access);
      const page = parsePage(body, list, { offset, limit: list.limit });
      const most = Math.max(expected, page.total);
      return {
        bytes,
        page,
        source: of,
        cursor: nextCursor(list, style, client.apiUrl, page, offset, most) ?? null,
        isCutByApi: isCutByApi(list, page, offset, most),
      };
    };
    // The state carries the name of the listing that gave the pages before this one.
    if (source !== null) return get(source as Source);
    if (settings.source !== 'auto') return get(settings.source);
    try {
      return await get('new-releases');
    } catch (error) {
      if (!(error instanceof EndpointNotAllowed)) throw error;
      return get('search');
    }
  }

  return {
    ...spotifyFormat,
    getListing,
    async getTracks(access, { albumId, totalTracks }) {
      const list = albumTracks(albumId);
      const pages: Buffer[] = [];
      let expected = totalTracks;
      let cursor: { offset: number; path: string } | undefined = {
        offset: 0,
        path: pathAt(list, 0),
      };
      while (cursor) {
        const { offset, path }: { offset: number; path: string } = cursor;
        const { body, bytes } = await client.get(path, access);
        const page = parsePage(body, list, { offset, limit: list.limit });
        pages.push(bytes);
        expected = Math.max(expected, page.total);
        cursor = nextCursor(list, style, client.apiUrl, page, offset, expected);
      }
      return pages;
    },
  };
}
