import * as z from 'zod';
import { ContractBroken } from '../errors.ts';

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

export type Source = 'new-releases' | 'search';

/** The two listings of new albums. `tag:new` means the last two weeks; development mode takes 10 a page. */
export function albumList(source: Source, market: string): PagedList {
  if (source === 'new-releases') {
    return { path: '/v1/browse/new-releases', limit: 50, maxOffset: 10_000, wrapper: 'albums' };
  }
  const query = new URLSearchParams({ q: 'tag:new', type: 'album', market });
  return { path: `/v1/search?${query}`, limit: 10, maxOffset: 1_000, wrapper: 'albums' };
}

export function albumTracks(albumId: string): PagedList {
  return { path: `/v1/albums/${encodeURIComponent(albumId)}/tracks`, limit: 50, maxOffset: 10_000 };
}

export interface Page {
  items: unknown[];
  offset: number;
  limit: number;
  total: number;
  next: string | null;
}

const pageSchema = z.looseObject({
  items: z.array(z.unknown()),
  offset: z.int().nonnegative(),
  limit: z.int().positive(),
  total: z.int().nonnegative(),
  next: z.nullish(z.string()),
});

/** The paging object in an answer's body; throws ContractBroken where it is none. */
export function parsePage(body: unknown, list: Pick<PagedList, 'wrapper' | 'path'>): Page {
  const inner = list.wrapper ? (body as Record<string, unknown> | null)?.[list.wrapper] : body;
  const page = pageSchema.safeParse(inner);
  if (!page.success) {
    const field = page.error.issues[0]?.path.join('.') || (list.wrapper ?? 'body');
    throw new ContractBroken(
      `GET ${list.path} answered 200 without a valid paging object: ${field}`,
    );
  }
  return { ...page.data, next: page.data.next ?? null };
}

export function pathAt(list: PagedList, offset: number): string {
  return `${list.path}${list.path.includes('?') ? '&' : '?'}limit=${list.limit}&offset=${offset}`;
}

export type PagingStyle = 'offset' | 'next';

/** Where the next page is, or undefined when there is none. */
export interface Cursor {
  offset: number;
  path: string;
}

/**
 * Says where to go on after `page`, which was asked for at `offset`.
 *
 * `expected` is the greatest total seen so far: totals drift. A `next` that is null too early must
 * not lose what an earlier page expected, nor a total that is too low what `next` tells of. A page
 * without items ends the list, whatever its `next` says. In both styles the offset grows each time,
 * so that no answer can make a loop. A `next` that leaves `apiUrl` or the list, or does not go on by
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
  // What is asked for and what came may differ, where the service clamps the limit.
  const nextOffset = offset + Math.min(list.limit, page.limit);
  if (page.items.length === 0 || nextOffset > list.maxOffset) return undefined;
  const goesOn = next && next.offset > offset && next.offset <= nextOffset;
  if (nextOffset >= expected && !goesOn) return undefined;
  if (style === 'next' && goesOn) return next;
  return { offset: nextOffset, path: pathAt(list, nextOffset) };
}

/** `next` as a cursor, or undefined where it leaves the API's own host or the list. */
function cursorOfNext(list: PagedList, apiUrl: string, next: string | null): Cursor | undefined {
  if (next === null || !URL.canParse(next, apiUrl)) return undefined;
  const url = new URL(next, apiUrl);
  const here = new URL(list.path, apiUrl);
  if (url.origin !== here.origin || url.pathname !== here.pathname) return undefined;
  return { offset: Number(url.searchParams.get('offset')), path: url.pathname + url.search };
}

/** The items that can be used, each with a string `id`, and the positions of those that cannot. */
export function usableItems(page: Page): { items: Item[]; unusable: number[] } {
  const items: Item[] = [];
  const unusable: number[] = [];
  page.items.forEach((item, i) => {
    if (isItem(item)) items.push(item);
    else unusable.push(page.offset + i);
  });
  return { items, unusable };
}

/** A Spotify object: only its id is relied on, everything else may be missing in some kind of app. */
export type Item = Record<string, unknown> & { id: string };

export function isItem(value: unknown): value is Item {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' && /^[A-Za-z0-9]+$/.test(id);
}
