import { createFaultInjector, type FaultTarget } from '../src/fault-injector.ts';
import type { Fault } from '../src/faults.ts';
import type { PageResponse } from '../src/responses.ts';

const LISTING: FaultTarget = { group: 'listing', list: '/v1/search' };
const TRACKS: FaultTarget = { group: 'album-tracks', list: '/v1/albums/1/tracks' };

const pageAt = (offset: number): PageResponse => ({
  page: {
    href: `http://127.0.0.1/v1/search?query=tag%3Anew&offset=${offset}&limit=2`,
    items: [{ id: `${offset}` }, { id: `${offset + 1}` }],
    limit: 2,
    next: `http://127.0.0.1/v1/search?query=tag%3Anew&offset=${offset + 2}&limit=2`,
    offset,
    previous: null,
    total: 10,
  },
  wrap: 'albums',
  itemBefore: offset > 0 ? { id: `${offset - 1}` } : undefined,
});

const inject = (...faults: Fault[]) => createFaultInjector({ seed: 0, faults });
type Injector = ReturnType<typeof inject>;
const strike = (injector: Injector, target: FaultTarget, offset = 0) =>
  injector.strike(target, () => pageAt(offset));
const statuses = (injector: Injector, targets: FaultTarget[]) =>
  targets.map((target) => strike(injector, target).response.status);
const albumsOf = (injector: Injector, offset: number, target = LISTING) =>
  (strike(injector, target, offset).response.body as { albums: PageResponse['page'] }).albums;

describe('A fault plan', () => {
  it('changes nothing when it is empty', () => {
    const nothing = { response: { status: 200, body: { albums: pageAt(0).page } }, delayMs: 0 };
    expect(strike(inject(), LISTING)).toMatchObject(nothing);
    expect(createFaultInjector(undefined).strike(LISTING, () => pageAt(0)).struck).toEqual([]);
  });

  it('counts each group of endpoints alone, from 0, and strikes so many times', () => {
    const fault: Fault = { kind: 'bad-gateway', endpoint: 'listing', at: 1, times: 2 };
    const targets = [LISTING, TRACKS, TRACKS, LISTING, TRACKS, LISTING, LISTING];
    expect(statuses(inject(fault), targets)).toEqual([200, 200, 200, 502, 200, 502, 200]);
  });

  it('counts both groups together for `any`, and no other request', () => {
    const fault: Fault = { kind: 'bad-gateway', endpoint: 'any', at: 2, times: 1 };
    const other: FaultTarget = { group: 'other', list: '/v1/me' };
    expect(statuses(inject(fault), [LISTING, other, TRACKS, other, LISTING])).toEqual([
      200, 200, 200, 200, 502,
    ]);
  });

  it('leaves a fault for the next request when another responds to this one', () => {
    const injector = inject(
      { kind: 'bad-gateway', endpoint: 'listing', at: 0, times: 1 },
      { kind: 'plain-403', endpoint: 'listing', at: 0, times: 1 },
      { kind: 'null-item', endpoint: 'listing', at: 0, times: 1 },
    );
    expect(statuses(injector, [LISTING, LISTING])).toEqual([502, 403]);
    expect(albumsOf(injector, 0).items).toEqual([null, { id: '1' }]);
    expect(albumsOf(injector, 0).items).toEqual(pageAt(0).page.items);
  });

  it('leaves a fault for a page when the response is none', () => {
    const injector = inject({ kind: 'truncated', endpoint: 'listing', at: 0, times: 1 });
    const rejected = injector.strike(LISTING, () => ({ status: 403, body: {} }));
    expect(rejected).toMatchObject({ response: { status: 403 }, wire: undefined, struck: [] });
    expect(strike(injector, LISTING)).toMatchObject({
      wire: { kind: 'truncated' },
      struck: ['truncated'],
    });
  });

  it('adds a delay and the faults of a page up', () => {
    const injector = inject(
      { kind: 'slow', endpoint: 'any', at: 0, times: 1, delayMs: 30 },
      { kind: 'null-item', endpoint: 'any', at: 0, times: 1, index: 3 },
      { kind: 'shifting-total', endpoint: 'any', at: 0, times: 1, delta: -20, endsEarly: true },
    );
    const outcome = strike(injector, LISTING);
    expect(outcome.delayMs).toBe(30);
    expect(outcome.struck).toEqual(['slow', 'null-item', 'shifting-total']);
    expect(outcome.response.body).toMatchObject({
      albums: { items: [{ id: '0' }, null], total: 0, next: null },
    });
  });

  it('keeps a spent quota for every request until it is given back', () => {
    const injector = inject({ kind: 'quota', endpoint: 'listing', at: 1, times: 9 });
    const other: FaultTarget = { group: 'other', list: '/v1/me' };
    expect(statuses(injector, [TRACKS, LISTING, LISTING, TRACKS, other])).toEqual([
      200, 200, 429, 429, 429,
    ]);
    injector.endLasting();
    expect(statuses(injector, [LISTING, TRACKS, other])).toEqual([200, 200, 200]);
  });

  it('keeps a list endless from the struck page on, and only that list', () => {
    const injector = inject({ kind: 'endless-next', endpoint: 'any', at: 1, times: 1 });
    expect(albumsOf(injector, 0).items).toHaveLength(2);
    const { href } = pageAt(2).page;
    expect(albumsOf(injector, 2)).toMatchObject({ items: [], next: href });
    expect(albumsOf(injector, 4).items).toEqual([]);
    expect(albumsOf(injector, 0).items).toHaveLength(2);
    expect(albumsOf(injector, 2, TRACKS).items).toHaveLength(2);
    injector.endLasting();
    expect(albumsOf(injector, 2).items).toHaveLength(2);
  });

  it('counts the lists that become endless, not their pages', () => {
    const injector = inject({ kind: 'endless-next', endpoint: 'any', at: 0, times: 2 });
    const lists = ['a', 'a', 'a', 'b', 'c'].map((list): FaultTarget => ({ ...TRACKS, list }));
    expect(lists.map((list) => albumsOf(injector, 0, list).items.length)).toEqual([0, 0, 0, 0, 2]);
  });

  it('lets an endless list point further as well', () => {
    const fault: Fault = {
      kind: 'endless-next',
      endpoint: 'any',
      at: 0,
      times: 1,
      next: 'further',
    };
    expect(albumsOf(inject(fault), 2).next).toBe(
      'http://127.0.0.1/v1/search?query=tag%3Anew&offset=4&limit=2',
    );
  });

  it.each([
    [false, ['1', '2', '3']],
    [true, ['1', '3']],
  ])('repeats the last album of the page before (replace: %s)', (replace, ids) => {
    const injector = inject({ kind: 'repeated-album', endpoint: 'any', at: 0, times: 1, replace });
    expect(albumsOf(injector, 0).items).toHaveLength(2);
    expect(albumsOf(injector, 2).items.map((item) => item?.id)).toEqual(ids);
  });
});
