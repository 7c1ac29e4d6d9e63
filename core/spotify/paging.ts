import * as z from 'zod';
import { ContractBroken } from '../errors.ts';
import type { PageOfItems } from '../lake/items.ts';
import type { Cursor } from '../lake/source.ts';

/** A list that Spotify gives out in pages, and how to ask for it. */
export interface PagedList {
  /** Path without offset and limit, e.g. `/v1/search?q=tag%3Anew&type=album`. */
  path: string;
  limit: number;
  /** Greatest offset that the endpoint takes. */
  maxOffset: number;
  /** Key that wraps the paging object, if there is one. */
  wrapper?: 'albums';
}

export const SOURCES = ['new-releases', 'search'] as const;
export type Source = (typeof SOURCES)[number];

/** The two listings of new albums. `tag:new` means the last two weeks; development mode takes 10 a page. */
export function albumList(source: Source, market: string): PagedList {
  if (source === 'new-releases') {
    return { path: '/v1/browse/new-releases', limit: 50, maxOffset: 10_000, wrapper: 'albums' };
  }
  const query = new URLSearchParams({ q: 'tag:new', type: 'album', market });
  return { path: `/v1/search?${query}`, limit: 10, maxOffset: 1_000, wrapper: 'albums' };
}

/** Items of a page of tracks. */
export const TRACKS_PER_PAGE = 50;

export function albumTracks(albumId: string): PagedList {
  return {
    path: `/v1/albums/${encodeURIComponent(albumId)}/tracks`,
    limit: TRACKS_PER_PAGE,
    maxOffset: 10_000,
  };
}

export interface Page extends PageOfItems {
  limit: number;
  next: string | null;
  /** False where the page names no total; `total` is then what its items prove. */
  hasTotal: boolean;
}

/** A field that is missing or odd costs itself: items alone make a page. */
const pageSchema = z.looseObject({
  items: z.array(z.unknown()),
  offset: z.int().nonnegative().optional().catch(undefined),
  limit: z.int().positive().optional().catch(undefined),
  total: z.int().nonnegative().optional().catch(undefined),
  next: z.string().nullish().catch(null),
});

/**
 * The paging object in a response's body; throws ContractBroken where it holds no items. `asked` is
 * used where the page does not say its own position or size.
 */
export function parsePage(
  body: unknown,
  list: Pick<PagedList, 'wrapper' | 'path'>,
  asked: { offset: number; limit: number } = { offset: 0, limit: TRACKS_PER_PAGE },
): Page {
  const inner = list.wrapper ? (body as Record<string, unknown> | null)?.[list.wrapper] : body;
  const page = pageSchema.safeParse(inner);
  if (!page.success) {
    const field = page.error.issues[0]?.path.join('.') || (list.wrapper ?? 'body');
    throw new ContractBroken(`GET ${list.path}: no valid paging object in the response: ${field}`);
  }
  const { items, offset = asked.offset, limit = asked.limit, total, next } = page.data;
  return {
    items,
    offset,
    limit,
    total: total ?? offset + items.length,
    hasTotal: total !== undefined,
    next: next ?? null,
  };
}

export function pathAt(list: PagedList, offset: number): string {
  return `${list.path}${list.path.includes('?') ? '&' : '?'}limit=${list.limit}&offset=${offset}`;
}

export const PAGING_STYLES = ['offset', 'next'] as const;
export type PagingStyle = (typeof PAGING_STYLES)[number];

/**
 * Says where to go on after `page`, which was asked for at `offset`.
 *
 * `expected` is the greatest total seen so far: totals drift. A `next` that is null too early must
 * not lose what an earlier page expected, nor a total that is too low what `next` points to. A page
 * without items ends the list, whatever its `next` says. In both styles the offset grows each time,
 * so that no response can make a loop. A `next` that leaves `apiUrl` or the list, or does not go on by
 * one page, is not followed: the offset goes on instead, up to what was expected.
 */
export function nextCursor(
  list: PagedList,
  style: PagingStyle,
  apiUrl: string,
  page: Page,
  offset: number,
  expected: number,
): Cursor | undefined {
  const next = cursorOfNext(list, apiUrl, page.next);
  const nextOffset = offsetAfter(list, page, offset);
  if (page.items.length === 0 || nextOffset > list.maxOffset) return undefined;
  const goesOn = next && next.offset > offset && next.offset <= nextOffset;
  // Without a total, a full page is the only sign that there may be more.
  const mayGoOn = !page.hasTotal && page.items.length >= Math.min(list.limit, page.limit);
  if (nextOffset >= expected && !goesOn && !mayGoOn) return undefined;
  if (style === 'next' && goesOn) return next;
  // A page may hold fewer items than were asked for, and the next one begins behind them.
  const at = goesOn ? next.offset : nextOffset;
  return { offset: at, path: pathAt(list, at) };
}

/** What was asked for and what came may differ, where the service clamps the limit. */
const offsetAfter = (list: PagedList, page: Page, offset: number): number =>
  offset + Math.min(list.limit, page.limit);

/** The list goes on, but the endpoint takes no greater offset. */
export function isCutByApi(list: PagedList, page: Page, offset: number, expected: number): boolean {
  const nextOffset = offsetAfter(list, page, offset);
  return page.items.length > 0 && nextOffset > list.maxOffset && expected > nextOffset;
}

/** `next` as a cursor, or undefined where it leaves the API's own host or the list. */
function cursorOfNext(list: PagedList, apiUrl: string, next: string | null): Cursor | undefined {
  if (next === null || !URL.canParse(next, apiUrl)) return undefined;
  const url = new URL(next, apiUrl);
  const here = new URL(list.path, apiUrl);
  if (url.origin !== here.origin || url.pathname !== here.pathname) return undefined;
  return { offset: Number(url.searchParams.get('offset')), path: url.pathname + url.search };
}
