import { keys } from '../../../core/lake/keys.ts';
import { planSchema } from '../../../core/lake/manifest.ts';
import { parseRequest, planAlbums } from '../../../functions/plan-albums/plan-albums.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  album,
  day,
  errorOf,
  page,
  run,
  runOf,
  storeAlbum,
  storeCommitMarker,
  storeListing,
  tracks,
} from '../fixtures.ts';

const settings = { refreshDays: 14, requestsPerRun: 1_000, concurrency: 3 };
const listing = {
  pages: 1,
  expected: 0,
  requests: 1,
  source: 'new-releases' as const,
  outcome: 'DONE',
};

function given(pages: unknown[][]) {
  const lake = createMemoryLake();
  let offset = 0;
  storeListing(
    lake,
    run,
    pages.map((items) => {
      const got = page(items, { offset });
      offset += items.length;
      return got;
    }),
  );
  return {
    lake,
    plan: async (more: object = {}, changed: Partial<typeof settings> = {}) => {
      const request = parseRequest({ run, listing: { ...listing, pages: pages.length, ...more } });
      const planned = await planAlbums(request, { lake, settings: { ...settings, ...changed } });
      return {
        planned,
        ids: planned.albums.map(({ albumId }) => albumId),
        stored: planSchema.parse(lake.jsonOf(keys.plan(run))),
      };
    },
  };
}

describe('PlanAlbums', () => {
  it('plans what is listed, and stores the plan beside the counts of the state', async () => {
    const { plan, lake } = given([
      [album('a', { total_tracks: 12 }), album('b')],
      [album('c', { total_tracks: 56 })],
    ]);
    const { planned, stored } = await plan({ expected: 3, requests: 2 });
    expect(planned).toEqual({
      albums: [
        { albumId: 'a', totalTracks: 12 },
        { albumId: 'b', totalTracks: 1 },
        { albumId: 'c', totalTracks: 56 },
      ],
      listed: 3,
      skipped: 0,
      overBudget: 0,
      refreshBefore: '2026-11-07T06:00:00.000Z',
      concurrency: 3,
    });
    expect(stored).toEqual({
      run,
      source: 'new-releases',
      pages: [keys.listingPage(run, 0), keys.listingPage(run, 1)],
      expected: 3,
      listed: 3,
      unusablePositions: [],
      listingStoppedBy: null,
      skipped: [],
      planned: ['a', 'b', 'c'],
      overBudget: [],
      refreshBefore: '2026-11-07T06:00:00.000Z',
      requests: 2,
    });
    expect(lake.puts).toEqual([keys.plan(run)]);
  });

  it('plans an album once that stands on two pages', async () => {
    const { plan } = given([
      [album('a'), album('b')],
      [album('b'), album('c')],
    ]);
    const { planned, ids, stored } = await plan({ expected: 4 });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(planned.listed).toBe(3);
    // What was expected stays: the manifest will say that one is on no page.
    expect(stored.expected).toBe(4);
  });

  it('plans no null, and says where it stood', async () => {
    const { plan } = given([
      [null, album('a')],
      [{ id: '../x' }, album('b'), null],
    ]);
    const { planned, ids, stored } = await plan({ expected: 5 });
    expect(ids).toEqual(['a', 'b']);
    expect(planned.listed).toBe(2);
    expect(stored.unusablePositions).toEqual([0, 2, 4]);
  });

  it('plans no album that an earlier run loaded and transformed', async () => {
    const { plan, lake } = given([[album('a'), album('b'), album('c')]]);
    storeCommitMarker(lake, runOf('before', day(-2)), ['b', 'elsewhere']);
    const { planned, ids, stored } = await plan();
    expect(ids).toEqual(['a', 'c']);
    expect(planned).toMatchObject({ listed: 3, skipped: 1 });
    expect(stored.skipped).toEqual(['b']);
  });

  it('plans an album whose raw data lies there without a commit marker: it is in no table yet', async () => {
    const { plan, lake } = given([[album('a')]]);
    storeAlbum(lake, 'a', [page(tracks(1))]);
    const { planned, ids } = await plan();
    expect(ids).toEqual(['a']);
    expect(planned.skipped).toBe(0);
  });

  it('plans a skipped album again once its refresh age has passed', async () => {
    const { plan, lake } = given([[album('new'), album('old')]]);
    storeCommitMarker(lake, runOf('new', day(-14)), ['new']);
    storeCommitMarker(lake, runOf('old', new Date(day(-14).getTime() - 1)), ['old']);
    expect((await plan()).ids).toEqual(['old']);
    expect((await plan({}, { refreshDays: 15 })).ids).toEqual([]);
    expect((await plan({}, { refreshDays: 0 })).ids).toEqual(['new', 'old']);
  });

  it('plans nothing where everything is skipped', async () => {
    const { plan, lake } = given([[album('a')]]);
    storeCommitMarker(lake, runOf('before', day(0)), ['a']);
    expect((await plan()).planned).toMatchObject({ albums: [], listed: 1, skipped: 1 });
  });

  it('gives the same plan when it is called again', async () => {
    const { plan, lake } = given([[album('a'), album('b')]]);
    await plan();
    const first = lake.bytesOf(keys.plan(run));
    await plan();
    expect(lake.bytesOf(keys.plan(run))).toEqual(first);
  });
});

describe('The budget of a run', () => {
  const many = (id: string, total_tracks: unknown) => album(id, { total_tracks });

  it('covers the pages that the tracks of each album take', async () => {
    const { plan } = given([[many('a', 50), many('b', 51), many('c', 1)]]);
    // 1 request is spent on the listing, 1 + 2 + 1 are to come.
    expect((await plan({}, { requestsPerRun: 5 })).ids).toEqual(['a', 'b', 'c']);
    const short = await plan({}, { requestsPerRun: 4 });
    expect(short.ids).toEqual(['a', 'b']);
    expect(short.planned.overBudget).toBe(1);
    expect(short.stored.overBudget).toEqual(['c']);
  });

  it.each([0, -5, undefined, null, '12', Number.NaN])(
    'counts a request for an album of %j tracks, which promises none',
    async (total) => {
      const { plan } = given([[many('a', total), many('b', total)]]);
      expect((await plan()).planned.albums[0]).toEqual({ albumId: 'a', totalTracks: 0 });
      expect((await plan({}, { requestsPerRun: 3 })).ids).toEqual(['a', 'b']);
      expect((await plan({}, { requestsPerRun: 2 })).ids).toEqual(['a']);
    },
  );

  it('rounds up what is no whole number, which FetchAlbumTracks would refuse', async () => {
    const { plan } = given([[many('a', 49.5), many('b', 50.2)]]);
    const { planned } = await plan({}, { requestsPerRun: 3 });
    expect(planned.albums).toEqual([{ albumId: 'a', totalTracks: 50 }]);
  });

  it('goes by the first of two entries of an album', async () => {
    const { plan } = given([[many('a', 1), many('b', 1)], [many('a', 500)]]);
    const { planned } = await plan({}, { requestsPerRun: 3 });
    expect(planned.albums).toEqual([
      { albumId: 'a', totalTracks: 1 },
      { albumId: 'b', totalTracks: 1 },
    ]);
  });

  it('is not spent on skipped albums', async () => {
    const { plan, lake } = given([[many('a', 500), many('b', 1)]]);
    storeCommitMarker(lake, runOf('before', day(-1)), ['a']);
    expect((await plan({}, { requestsPerRun: 2 })).ids).toEqual(['b']);
  });

  it('that the listing has spent leaves every album over', async () => {
    const { plan } = given([[many('a', 1)]]);
    const { planned } = await plan(
      { requests: 12, outcome: 'BUDGET_SPENT' },
      { requestsPerRun: 10 },
    );
    expect(planned).toMatchObject({ albums: [], overBudget: 1 });
  });
});

describe('A listing that ended early', () => {
  it.each([
    [{ outcome: 'QUOTA_EXHAUSTED' }, 'QuotaExhausted'],
    [{ outcome: 'BUDGET_SPENT' }, 'BudgetSpent'],
    [
      { outcome: 'MORE', stopped: { Error: 'ServiceUnavailable', Cause: '{}' } },
      'ServiceUnavailable',
    ],
    [{ outcome: 'DONE' }, null],
    [{ outcome: undefined }, null],
  ])('is planned as far as it came, and says why: %j', async (more, why) => {
    const { plan } = given([[album('a')]]);
    const { ids, stored } = await plan({ expected: 60, ...more });
    expect(ids).toEqual(['a']);
    expect(stored).toMatchObject({ expected: 60, listed: 1, listingStoppedBy: why });
  });

  it('before its first page is an empty plan that names the error', async () => {
    const { plan } = given([]);
    const stopped = { Error: 'EndpointNotAllowed', Cause: '{"errorMessage":"403"}' };
    const { planned, stored } = await plan({ source: null, requests: 2, stopped });
    expect(planned).toMatchObject({ albums: [], listed: 0 });
    expect(stored).toMatchObject({
      pages: [],
      listingStoppedBy: 'EndpointNotAllowed',
      source: null,
    });
  });
});

describe('A page of the listing', () => {
  it('that is not in the lake fails the plan', async () => {
    const { plan } = given([[album('a')]]);
    expect(await errorOf(plan({ pages: 2 }))).toMatchObject({ name: 'RawDataMissing' });
  });

  it('that is damaged fails the plan', async () => {
    const { plan, lake } = given([[album('a')]]);
    lake.store(keys.listingPage(run, 0), '{"albums":{"items":[', day(0));
    expect(await errorOf(plan())).toMatchObject({ name: 'RawDataMissing' });
    lake.store(keys.listingPage(run, 0), '{"albums":{}}', day(0));
    expect(await errorOf(plan())).toMatchObject({ name: 'ContractBroken' });
  });
});
