import * as z from 'zod';
import { IncompleteTracks, RateLimited } from '../../core/errors.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { parseAs, runSchema } from '../../core/lake/manifest.ts';
import { countStoredTracks, isWhole, joinPages, tracksOf } from '../../core/lake/raw-album.ts';
import type { SpotifyClient } from '../../core/spotify/client.ts';
import {
  albumTracks,
  nextCursor,
  type Page,
  type PagingStyle,
  parsePage,
  pathAt,
} from '../../core/spotify/paging.ts';
import type { AccessToken } from '../runtime/access-token.ts';

const requestSchema = z.object({
  run: runSchema,
  token: z.object({ expiresAt: z.string() }),
  albumId: z.string().regex(/^[A-Za-z0-9]+$/),
  /** What the listing says; pages are asked for up to this number, whatever their totals say. */
  totalTracks: z.int().nonnegative(),
  /** Raw data that loaded before this time (ISO 8601) is fetched again. */
  refreshBefore: z.iso.datetime(),
  /** What earlier turns of the same album cost. */
  fetched: z.object({ waitedSeconds: z.number(), requests: z.int() }),
});
export type FetchAlbumTracksRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'FetchAlbumTracks');

export interface FetchedAlbum {
  outcome: 'LOADED' | 'RATE_LIMITED';
  tracks: number;
  requests: number;
  waitedSeconds: number;
  waitSeconds: number;
}

interface Dependencies {
  spotify: SpotifyClient;
  accessToken: AccessToken;
  lake: Lake;
  settings: { style: PagingStyle; longestWaitSeconds: number };
}

/**
 * Lands every track page of one album as one raw object, or nothing. An album that lies there whole
 * (a cut run, a repeated call) costs no request. RATE_LIMITED asks to be called again after
 * `waitSeconds`. Throws AccessTokenExpired, QuotaExhausted, RateLimited (waited long enough),
 * IncompleteTracks, ResourceNotFound, EndpointNotAllowed, ServiceUnavailable, ContractBroken.
 */
export async function fetchAlbumTracks(
  { token, albumId, totalTracks, refreshBefore, fetched }: FetchAlbumTracksRequest,
  { spotify, accessToken, lake, settings }: Dependencies,
): Promise<FetchedAlbum> {
  const before = spotify.requests;
  const result = (outcome: FetchedAlbum['outcome'], tracks: number, waitSeconds = 0) => ({
    outcome,
    tracks,
    requests: fetched.requests + spotify.requests - before,
    waitedSeconds: fetched.waitedSeconds + waitSeconds,
    waitSeconds,
  });

  const storedTracks = await countStoredTracks(lake, albumId, refreshBefore);
  if (storedTracks !== undefined) return result('LOADED', storedTracks);
  try {
    const { pages, bytes } = await accessToken.use(token.expiresAt, (value) =>
      getPages(spotify, value, albumId, totalTracks, settings.style),
    );
    const album = tracksOf(pages);
    if (!isWhole(album)) {
      throw new IncompleteTracks(
        `Album ${albumId}: ${album.expected} tracks expected, ${album.tracks.length} came`,
      );
    }
    await lake.put(keys.albumTracks(albumId), joinPages(bytes), 'application/json');
    return result('LOADED', album.tracks.length);
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    const waitSeconds = Math.max(1, error.retryAfterSeconds);
    if (fetched.waitedSeconds + waitSeconds > settings.longestWaitSeconds) throw error;
    return result('RATE_LIMITED', 0, waitSeconds);
  }
}

async function getPages(
  spotify: SpotifyClient,
  accessToken: string,
  albumId: string,
  totalTracks: number,
  style: PagingStyle,
): Promise<{ pages: Page[]; bytes: Buffer[] }> {
  const list = albumTracks(albumId);
  const pages: Page[] = [];
  const bytes: Buffer[] = [];
  let expected = totalTracks;
  let offset = 0;
  let path: string | undefined = pathAt(list, 0);
  while (path !== undefined) {
    const answer = await spotify.get(path, accessToken);
    const page = parsePage(answer.body, list);
    pages.push(page);
    bytes.push(answer.bytes);
    expected = Math.max(expected, page.total);
    const cursor = nextCursor(list, style, spotify.apiUrl, page, offset, expected);
    offset = cursor?.offset ?? offset;
    path = cursor?.path;
  }
  return { pages, bytes };
}
