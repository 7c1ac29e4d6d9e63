import type { Catalog } from './catalog.ts';
import {
  type ApiResponse,
  apiError,
  type Item,
  type Page,
  type PageResponse,
} from './responses.ts';

export type Endpoint = 'token' | 'new-releases' | 'search' | 'album-tracks' | 'other';
/** Extended quota, or development mode with its smaller search and its dropped fields. */
export type AppKind = 'extended' | 'development';
type World = { app: AppKind; catalog: Catalog; origin: string };

const REAL_ORIGIN = 'https://api.spotify.com';
const TRACKS_PATH = /^\/v1\/albums\/([^/]+)\/tracks$/;
const MAX_SEARCH_OFFSET = 1000;

/** What development mode drops since February 2026, by the `type` of the object. */
const DROPPED_IN_DEVELOPMENT = new Map<unknown, readonly string[]>([
  ['album', ['album_group', 'available_markets', 'label', 'popularity']],
  ['track', ['available_markets', 'linked_from', 'popularity']],
  ['artist', ['followers', 'popularity']],
]);

export function endpointOf(method: string | undefined, path: string): Endpoint {
  if (method === 'POST' && path === '/api/token') return 'token';
  if (method !== 'GET') return 'other';
  if (path === '/v1/browse/new-releases') return 'new-releases';
  if (path === '/v1/search') return 'search';
  return TRACKS_PATH.test(path) ? 'album-tracks' : 'other';
}

/** Spotify's response to an authorised request that nothing goes wrong with. */
export function respondToApi(
  endpoint: Endpoint,
  url: URL,
  world: World,
): ApiResponse | PageResponse {
  if (endpoint === 'new-releases') return newReleases(url, world);
  if (endpoint === 'search') return search(url, world);
  if (endpoint === 'album-tracks') return albumTracks(url, world);
  return apiError(404, 'Service not found');
}

function newReleases(url: URL, world: World): ApiResponse | PageResponse {
  if (world.app === 'development') return apiError(403, 'Forbidden');
  const range = readRange(url, { min: 1, max: 50, default: 20 });
  if ('status' in range) return range;
  return pageOf(world.catalog.albums, range, { url, world, wrap: 'albums', echo: {} });
}

function search(url: URL, world: World): ApiResponse | PageResponse {
  // Spotify's own `next` says `query` where the caller said `q`, and has to work when followed.
  const query = url.searchParams.get('q') ?? url.searchParams.get('query');
  if (!query) return apiError(400, 'No search query');
  const type = url.searchParams.get('type');
  if (!type) return apiError(400, 'Missing parameter type');
  if (type !== 'album') return apiError(400, 'Bad search type field');
  const bounds =
    world.app === 'development'
      ? { min: 0, max: 10, default: 5, maxOffset: MAX_SEARCH_OFFSET }
      : { min: 0, max: 50, default: 20, maxOffset: MAX_SEARCH_OFFSET };
  const range = readRange(url, bounds);
  if ('status' in range) return range;
  const found = query.split(/\s+/).includes('tag:new') ? world.catalog.albums : [];
  const market = url.searchParams.get('market');
  const echo = { query, type, ...(market && { market }), locale: '*' };
  const response = pageOf(found, range, { url, world, wrap: 'albums', echo });
  if (range.offset + range.limit > MAX_SEARCH_OFFSET) response.page.next = null;
  return response;
}

function albumTracks(url: URL, world: World): ApiResponse | PageResponse {
  const id = decode(TRACKS_PATH.exec(url.pathname)?.[1] ?? '');
  if (!Object.hasOwn(world.catalog.tracks, id)) return apiError(404, 'Resource not found');
  const range = readRange(url, { min: 1, max: 50, default: 20 });
  if ('status' in range) return range;
  const market = url.searchParams.get('market');
  const echo = market ? { market } : {};
  return pageOf(world.catalog.tracks[id] ?? [], range, { url, world, wrap: undefined, echo });
}

type Range = { limit: number; offset: number };

function readRange(
  url: URL,
  bounds: { min: number; max: number; default: number; maxOffset?: number },
): Range | ApiResponse {
  const limit = readNumber(url, 'limit') ?? bounds.default;
  if (!(limit >= bounds.min && limit <= bounds.max)) return apiError(400, 'Invalid limit');
  const offset = readNumber(url, 'offset') ?? 0;
  if (!(offset <= (bounds.maxOffset ?? Number.MAX_SAFE_INTEGER))) {
    return apiError(400, 'Invalid offset');
  }
  return { limit, offset };
}

/** NaN for anything but digits: it fails every comparison above. */
function readNumber(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function pageOf(
  list: readonly Item[],
  { limit, offset }: Range,
  of: { url: URL; world: World; wrap: 'albums' | undefined; echo: Record<string, string> },
): PageResponse {
  const link = (at: number) => {
    const query = new URLSearchParams({ ...of.echo, offset: String(at), limit: String(limit) });
    return `${of.world.origin}${of.url.pathname}?${query}`;
  };
  const show = (item: Item) => shown(item, of.world) as Item;
  const before = list[offset - 1];
  const page: Page = {
    href: link(offset),
    items: list.slice(offset, offset + limit).map(show),
    limit,
    next: limit > 0 && offset + limit < list.length ? link(offset + limit) : null,
    offset,
    previous: limit > 0 && offset > 0 ? link(Math.max(0, offset - limit)) : null,
    total: list.length,
  };
  return { page, wrap: of.wrap, itemBefore: before && show(before) };
}

/** An object as this kind of app sees it; every `href` leads to the mock server, not to Spotify. */
function shown(value: unknown, world: World): unknown {
  if (Array.isArray(value)) return value.map((element) => shown(element, world));
  if (typeof value !== 'object' || value === null) return value;
  const { type } = value as { type?: unknown };
  const dropped = world.app === 'development' ? DROPPED_IN_DEVELOPMENT.get(type) : undefined;
  const kept = Object.entries(value).filter(([key]) => !dropped?.includes(key));
  return Object.fromEntries(
    kept.map(([key, field]) => [
      key,
      key === 'href' && typeof field === 'string' && field.startsWith(`${REAL_ORIGIN}/`)
        ? world.origin + field.slice(REAL_ORIGIN.length)
        : shown(field, world),
    ]),
  );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
