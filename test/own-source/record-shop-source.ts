import * as z from 'zod';
import {
  AccessTokenExpired,
  ContractBroken,
  RateLimited,
  RequestRejected,
  ResourceNotFound,
  ServiceUnavailable,
} from '../../core/errors.ts';
import type { PageOfItems } from '../../core/lake/items.ts';
import type { Access, AlbumSource, RawFormat } from '../../core/lake/source.ts';
import { parseJson } from '../../core/parse.ts';

const PAGE_SIZE = 2;
const TIMEOUT_MS = 2_000;

const pageSchema = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ page: z.int().positive(), pages: z.int(), count: z.int().nonnegative() }),
});

function readPage(page: unknown, key: string) {
  const result = pageSchema.safeParse(page);
  if (!result.success) throw new ContractBroken(`${key} is not a page of the record shop`);
  return result.data;
}

/** The shop's names as the tables have them; raw keeps the response as it was. */
const toPage = (page: unknown, key: string, rename: (item: unknown) => unknown): PageOfItems => {
  const { data, meta } = readPage(page, key);
  return { items: data.map(rename), offset: (meta.page - 1) * PAGE_SIZE, total: meta.count };
};

// biome-ignore lint/suspicious/noExplicitAny: fields of another API; the tables check each type
const releaseToAlbum = ({ slug, title, released, by, songs, ...others }: any) => ({
  ...others,
  id: slug,
  name: title,
  release_date: released,
  artists: by,
  total_tracks: songs,
});

// biome-ignore lint/suspicious/noExplicitAny: see above
const songToTrack = ({ code, title, seconds, ...others }: any) => ({
  ...others,
  id: code,
  name: title,
  duration_ms: seconds * 1_000,
});

export const recordShopFormat: RawFormat = {
  readListing: (page, key) => toPage(page, key, releaseToAlbum),
  readTracks: (page, key) => toPage(page, key, songToTrack),
  requestsFor: (totalTracks) => Math.max(1, Math.ceil(totalTracks / PAGE_SIZE)),
};

/** The record shop as a source. Its API key takes the place of Spotify's access token. */
export function createRecordShopSource(apiUrl: string): AlbumSource {
  async function get(path: string, { accessToken, allowance }: Access): Promise<Buffer> {
    const request = () =>
      fetch(new URL(path, apiUrl), {
        headers: { 'x-api-key': accessToken },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      }).catch((cause) => {
        throw new ServiceUnavailable(`GET ${path}: no response`, { cause });
      });
    const response = await allowance.spend('requests', request);
    const { status } = response;
    const message = `GET ${path} returned ${status}`;
    if (status === 401) throw new AccessTokenExpired(message);
    if (status === 404) throw new ResourceNotFound(message);
    if (status === 429) {
      throw new RateLimited(message, Number(response.headers.get('retry-after') ?? 15));
    }
    if (status >= 500) throw new ServiceUnavailable(message);
    if (status !== 200) throw new RequestRejected(message);
    return Buffer.from(await response.arrayBuffer());
  }

  return {
    ...recordShopFormat,
    async getListing(access, { cursor }) {
      const path = cursor?.path ?? '/releases?page=1';
      const bytes = await get(path, access);
      const body = parseJson(bytes, path);
      const { meta } = readPage(body, path);
      const next = { offset: meta.page * PAGE_SIZE, path: `/releases?page=${meta.page + 1}` };
      return {
        bytes,
        page: recordShopFormat.readListing(body, path),
        source: 'record-shop',
        cursor: meta.page < meta.pages ? next : null,
        isCutByApi: false,
      };
    },
    async getTracks(access, { albumId }) {
      const pages: Buffer[] = [];
      for (let page = 1, last = 1; page <= last; page++) {
        const path = `/releases/${encodeURIComponent(albumId)}/songs?page=${page}`;
        const bytes = await get(path, access);
        last = readPage(parseJson(bytes, path), path).meta.pages;
        pages.push(bytes);
      }
      return pages;
    },
  };
}
