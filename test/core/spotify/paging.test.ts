import { isItem, usableItems } from '../../../core/lake/items.ts';
import type { Cursor } from '../../../core/lake/source.ts';
import {
  albumList,
  albumTracks,
  isCutByApi,
  nextCursor,
  type Page,
  type PagedList,
  type PagingStyle,
  parsePage,
  pathAt,
} from '../../../core/spotify/paging.ts';
import { album, page } from '../../functions/fixtures.ts';

const api = 'https://api.spotify.com';
const listing: PagedList = { path: '/v1/list', limit: 10, maxOffset: 10_000, wrapper: 'albums' };
const ids = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `id${from + i}` }));

/** Goes through `pageAt` as the functions do; the ids that came and the paths asked for. */
function walk(
  list: PagedList,
  style: PagingStyle,
  pageAt: (cursor: Cursor) => Page,
  mostRequests = 50,
) {
  const paths: string[] = [];
  const found = new Set<string>();
  let expected = 0;
  let cursor: Cursor | undefined = { offset: 0, path: pathAt(list, 0) };
  while (cursor) {
    paths.push(cursor.path);
    if (paths.length > mostRequests) throw new Error('endless');
    const got = pageAt(cursor);
    expected = Math.max(expected, got.total);
    for (const { id } of usableItems([got]).items) found.add(id);
    cursor = nextCursor(list, style, api, got, cursor.offset, expected);
  }
  return { paths, found: [...found], expected };
}

/** The responses of a correct API. */
const honest =
  (count: number, limit = 10, more: (got: Page) => Partial<Page> = () => ({})) =>
  ({ path }: Cursor): Page => {
    const query = new URL(path, api).searchParams;
    const offset = Number(query.get('offset'));
    const got = page(ids(count).slice(offset, offset + limit), {
      offset,
      limit,
      total: count,
      next:
        offset + limit < count
          ? `${api}/v1/list?offset=${offset + limit}&limit=${limit}&locale=*`
          : null,
    });
    return { ...got, ...more(got) };
  };

describe.each(['offset', 'next'] as const)('Paging by %s', (style) => {
  it('gets every item, in no more requests than there are pages', () => {
    for (const count of [1, 9, 10, 11, 30, 95]) {
      const { found, paths } = walk(listing, style, honest(count));
      expect(found).toHaveLength(count);
      expect(paths).toHaveLength(Math.ceil(count / 10));
    }
  });

  it('asks once for an empty list', () => {
    expect(walk(listing, style, honest(0)).paths).toHaveLength(1);
  });

  it('ends at an empty page, whatever its next says', () => {
    const endless = ({ offset }: Cursor) => {
      const next = `${api}/v1/list?offset=${offset + 10}&limit=10`;
      const items = offset === 0 ? ids(10) : [];
      return page(items, { offset, limit: 10, total: 1_000, next });
    };
    expect(walk(listing, style, endless).paths).toHaveLength(2);
  });

  it('goes on where next is null too early and the total promises more', () => {
    const { found } = walk(
      listing,
      style,
      honest(35, 10, () => ({ next: null })),
    );
    expect(found).toHaveLength(35);
  });

  it('goes on where the total shrinks below what an earlier page expected', () => {
    const shrinking = honest(27, 10, ({ offset, total }) =>
      offset === 0 ? {} : { total: total - 6, next: null },
    );
    const { found, expected } = walk(listing, style, shrinking);
    expect(found).toHaveLength(27);
    expect(expected).toBe(27);
  });

  it('goes on where the total is too low from the first page on and next tells of more', () => {
    const low = honest(25, 10, ({ total }) => ({ total: total - 6 }));
    expect(walk(listing, style, low).found).toHaveLength(25);
  });

  it('goes on behind the items of a page that is short', () => {
    const short = ({ path }: Cursor): Page => {
      const offset = Number(new URL(path, api).searchParams.get('offset'));
      const items = ids(25).slice(offset, offset + (offset === 0 ? 6 : 10));
      const at = offset + items.length;
      const next = at < 25 ? `${api}/v1/list?offset=${at}&limit=10` : null;
      return page(items, { offset, limit: 10, total: 25, next });
    };
    expect(walk(listing, style, short)).toMatchObject({ found: { length: 25 } });
  });

  it('goes on by full pages where no page names a total, a limit or a next', () => {
    const bare = honest(25, 10, () => ({ next: null }));
    const silent = (cursor: Cursor) => {
      const { items } = bare(cursor);
      return parsePage({ items }, { path: '/v1/list' }, { offset: cursor.offset, limit: 10 });
    };
    expect(walk(listing, style, silent)).toMatchObject({ found: { length: 25 }, expected: 25 });
  });

  it('goes on where the total grows on the way', () => {
    let total = 15;
    const growing = honest(45, 10, () => {
      total += 10;
      return { total };
    });
    expect(walk(listing, style, growing).found).toHaveLength(45);
  });

  it('is not stopped by nulls among the items, even where a page holds nothing else', () => {
    const holes = honest(30, 10, ({ offset, items }) =>
      offset === 10 ? { items: items.map(() => null) } : {},
    );
    const { found, paths } = walk(listing, style, holes);
    expect(paths).toHaveLength(3);
    expect(found).toHaveLength(20);
  });

  it('goes by the limit that came where the service clamps the one asked for', () => {
    const { found, paths } = walk(listing, style, honest(12, 4));
    expect(found).toHaveLength(12);
    expect(paths).toHaveLength(3);
  });

  it('does not skip items where the response claims a greater limit than was asked for', () => {
    const boasting = honest(30, 10, () => ({ limit: 50, next: null }));
    expect(walk(listing, style, boasting).found).toHaveLength(30);
  });

  it('asks for no offset beyond the greatest that the endpoint takes', () => {
    const search = albumList('search', 'US');
    const endless = ({ offset }: Cursor) =>
      page(ids(10, offset), { offset, limit: 10, total: 50_000 });
    const { paths, found } = walk(search, style, endless, 200);
    expect(paths.at(-1)).toMatch(/&limit=10&offset=1000$/);
    expect(paths).toHaveLength(101);
    expect(found).toHaveLength(1_010);
  });

  it('makes no loop out of a next that repeats its own page', () => {
    const self = honest(30, 10, ({ offset }) => ({
      next: `${api}/v1/list?offset=${offset}&limit=10`,
    }));
    const { paths, found } = walk(listing, style, self);
    expect(found).toHaveLength(30);
    expect(paths).toHaveLength(3);
  });

  it('asks for no more than was expected where every page is the first one again', () => {
    const first = honest(30);
    const repeating = () => first({ offset: 0, path: '/v1/list?offset=0' });
    const { paths, found } = walk(listing, style, repeating);
    expect(found).toHaveLength(10);
    expect(paths).toHaveLength(3);
  });

  it.each([
    ['another host', 'https://evil.example/v1/list?offset=10&limit=10'],
    ['another scheme', 'http://api.spotify.com/v1/list?offset=10&limit=10'],
    ['another port', 'https://api.spotify.com:8443/v1/list?offset=10&limit=10'],
    ['a user before the host', 'https://api.spotify.com@evil.example/v1/list?offset=10'],
    ['another list', 'https://api.spotify.com/v1/me?offset=10&limit=10'],
    ['no URL', 'http://'],
    ['an offset that is none', 'https://api.spotify.com/v1/list?offset=abc'],
    ['no offset', 'https://api.spotify.com/v1/list?cursor=abc'],
    ['an earlier page', 'https://api.spotify.com/v1/list?offset=0&limit=10'],
    ['a page beyond the next one', 'https://api.spotify.com/v1/list?offset=20&limit=10'],
  ])('does not follow a next that names %s', (_, next) => {
    const cursor = nextCursor(
      listing,
      style,
      api,
      page(ids(10), { limit: 10, total: 30, next }),
      0,
      30,
    );
    expect(cursor).toEqual({ offset: 10, path: '/v1/list?limit=10&offset=10' });
  });
});

describe('Paging by next', () => {
  it('follows it with the parameters that nobody sent, on the configured host', () => {
    const next = `${api}/v1/list?query=tag%3Anew&locale=*&offset=10&limit=10`;
    const got = page(ids(10), { limit: 10, total: 30, next });
    expect(nextCursor(listing, 'next', api, got, 0, 30)).toEqual({
      offset: 10,
      path: '/v1/list?query=tag%3Anew&locale=*&offset=10&limit=10',
    });
  });

  it('follows one that overlaps, so that nothing is skipped', () => {
    const next = `${api}/v1/list?offset=7&limit=10`;
    const got = page(ids(10), { limit: 10, total: 30, next });
    expect(nextCursor(listing, 'next', api, got, 0, 30)?.offset).toBe(7);
  });

  it('takes a next without a host as one of the configured host', () => {
    const got = page(ids(10), { limit: 10, total: 30, next: '/v1/list?offset=10&limit=10' });
    expect(nextCursor(listing, 'next', api, got, 0, 30)?.path).toBe('/v1/list?offset=10&limit=10');
  });
});

describe('The path of a page', () => {
  it('is that of new releases, fifty at a time', () => {
    expect(pathAt(albumList('new-releases', 'US'), 50)).toBe(
      '/v1/browse/new-releases?limit=50&offset=50',
    );
  });

  it('is that of a search in the market, ten at a time', () => {
    expect(pathAt(albumList('search', 'SE'), 20)).toBe(
      '/v1/search?q=tag%3Anew&type=album&market=SE&limit=10&offset=20',
    );
  });

  it('is that of one album, whatever its id is made of', () => {
    expect(pathAt(albumTracks('abc'), 0)).toBe('/v1/albums/abc/tracks?limit=50&offset=0');
    expect(pathAt(albumTracks('../me?x='), 0)).toBe(
      '/v1/albums/..%2Fme%3Fx%3D/tracks?limit=50&offset=0',
    );
  });
});

describe('A page', () => {
  const wrapped = { wrapper: 'albums' as const, path: '/v1/list' };

  it('is read out of its wrapper, if the list has one', () => {
    const got = page([album('a')], { next: 'https://x' });
    expect(parsePage({ albums: got }, wrapped)).toEqual(got);
    expect(parsePage(got, { path: '/v1/tracks' })).toEqual(got);
  });

  it('may lack next, and hold what is not in the contract', () => {
    const { next, ...without } = page([null, 7]);
    expect(parsePage({ ...without, extra: 1 }, { path: '/x' }).next).toBe(next);
  });

  it.each([
    ['null', null, 'albums'],
    ['a list', [], 'albums'],
    ['an unwrapped page', page([]), 'albums'],
    ['a wrapper that holds null', { albums: null }, 'albums'],
    ['items that are no list', { albums: { ...page([]), items: {} } }, 'items'],
  ])('that is %s breaks the contract, and the error names the field', (_, body, field) => {
    expect(() => parsePage(body, wrapped)).toThrow(
      expect.objectContaining({
        name: 'ContractBroken',
        message: `GET /v1/list: no valid paging object in the response: ${field}`,
      }),
    );
  });

  it.each<[string, object]>([
    ['total', { total: 12 }],
    ['offset', { offset: 10 }],
    ['limit', { limit: 10 }],
    ['next', { next: null }],
  ])('whose %s is missing or odd is read as it was asked for', (field, instead) => {
    const asked = { offset: 10, limit: 10 };
    const whole = page([{ id: 'a' }, { id: 'b' }], { ...asked, total: 12 });
    for (const odd of [undefined, 'text', -1, 1.5, {}, 1e300, true]) {
      if (field === 'next' && odd === 'text') continue;
      const read = parsePage({ albums: { ...whole, [field]: odd } }, wrapped, asked);
      expect(read).toEqual({ ...whole, ...instead, hasTotal: field !== 'total' });
    }
  });

  it('tells what can be used from what cannot, with its position in the list', () => {
    const got = page([{ id: 'a' }, null, { id: '' }, { id: 7 }, 'text', { id: 'b' }, {}], {
      offset: 20,
    });
    expect(usableItems([got])).toEqual({
      items: [{ id: 'a' }, { id: 'b' }],
      unusable: [21, 22, 23, 24, 26],
      repeated: 0,
    });
  });

  it('tells which items came twice', () => {
    const pages = [
      page([{ id: 'a' }, { id: 'b' }]),
      page([{ id: 'b' }, { id: 'c' }], { offset: 2 }),
    ];
    expect(usableItems(pages)).toMatchObject({ items: { length: 3 }, repeated: 1 });
  });

  it('holds no item whose id could leave its folder in the lake', () => {
    for (const id of ['../x', 'a/b', 'a b', 'a\n', 'ä', '']) expect(isItem({ id })).toBe(false);
    expect(isItem({ id: '4aawyAB9vmqN3uQ7FjRGTy' })).toBe(true);
  });
});

describe('The end that an API sets to a list', () => {
  const search = albumList('search', 'US');

  it('is reached where more is expected than its greatest offset leads to', () => {
    const last = page(ids(10), { offset: 1_000, limit: 10, total: 3_000 });
    expect(isCutByApi(search, last, 1_000, 3_000)).toBe(true);
    expect(nextCursor(search, 'offset', api, last, 1_000, 3_000)).toBeUndefined();
    expect(isCutByApi(search, last, 1_000, 1_010)).toBe(false);
    expect(isCutByApi(search, last, 990, 3_000)).toBe(false);
    expect(isCutByApi(search, page([], { limit: 10 }), 1_000, 3_000)).toBe(false);
  });
});
