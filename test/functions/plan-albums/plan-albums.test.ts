import { keys } from '../../../core/lake/keys.ts';
import { planSchema } from '../../../core/lake/manifest.ts';
import { spotifyFormat } from '../../../core/spotify/source.ts';
import { parseRequest, planAlbums } from '../../../functions/plan-albums/plan-albums.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  album,
  day,
  errorOf,
  manifest,
  page,
  run,
  runOf,
  storeAlbum,
  storeCommitMarker,
  storeListing,
  tracks,
} from '../fixtures.ts';

const settings = { refreshDays: 14, requestsPerRun: 1_000 };
const token = { outcome: 'ISSUED', reason: null };
const listing = { pages: 1, expected: 0, source: 'new-releases', stoppedBy: null };

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
    plan: async (
      more: { requests?: number; token?: object; [field: string]: unknown } = {},
      changed: Partial<typeof settings> = {},
    ) => {
      const { requests = 1, token: of = token, ...rest } = more;
      const usage = { requests, tokenRequests: 0, waitedMs: 0 };
      lake.store(keys.usage(run), JSON.stringify(usage), day(0));
      const request = parseRequest({
        run,
        token: of,
        listing: { ...listing, pages: pages.length, ...rest },
      });
      const planned = await planAlbums(request, {
        lake,
        format: spotifyFormat,
        settings: { ...settings, ...changed },
      });
      const stored = planSchema.parse(lake.jsonOf(keys.plan(run)));
      return { planned, ids: stored.planned.map(({ albumId }) => albumId), stored };
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
      groups: [{ group: 0 }],
      planned: 3,
      listed: 3,
      skipped: 0,
      notPlanned: 0,
      damaged: [],
    });
    expect(stored).toMatchObject({
      run,
      source: 'new-releases',
      pages: [keys.listingPage(run, 0), keys.listingPage(run, 1)],
      expected: 3,
      listed: 3,
      unusablePositions: [],
      listingStoppedBy: null,
      skipped: [],
      planned: [
        { albumId: 'a', totalTracks: 12 },
        { albumId: 'b', totalTracks: 1 },
        { albumId: 'c', totalTracks: 56 },
      ],
      notPlanned: [],
      waiting: { a: run.startedAt, b: run.startedAt, c: run.startedAt },
      mayBeStored: false,
      refreshBefore: '2026-11-07T06:00:00.000Z',
      requests: 2,
    });
    expect(lake.puts).toEqual([keys.plan(run)]);
  });

  it('plans an album once that is on two pages', async () => {
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

  it('plans no null, and says where it was', async () => {
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

  it('plans an album whose raw data is there without a commit marker: it is in no table yet', async () => {
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
    expect((await plan()).planned).toMatchObject({ planned: 0, listed: 1, skipped: 1 });
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
    expect(short.planned.notPlanned).toBe(1);
    expect(short.stored.notPlanned).toEqual([{ albumId: 'c', reason: 'BudgetSpent' }]);
  });

  it.each([0, -5, undefined, null, '12', Number.NaN])(
    'counts a request for an album of %j tracks, which promises none',
    async (total) => {
      const { plan } = given([[many('a', total), many('b', total)]]);
      expect((await plan()).stored.planned[0]).toEqual({ albumId: 'a', totalTracks: 0 });
      expect((await plan({}, { requestsPerRun: 3 })).ids).toEqual(['a', 'b']);
      expect((await plan({}, { requestsPerRun: 2 })).ids).toEqual(['a']);
    },
  );

  it('rounds up what is no whole number, which FetchAlbumTracks would refuse', async () => {
    const { plan } = given([[many('a', 49.5), many('b', 50.2)]]);
    const { stored } = await plan({}, { requestsPerRun: 3 });
    expect(stored.planned).toEqual([{ albumId: 'a', totalTracks: 50 }]);
  });

  it('goes by the first of two entries of an album', async () => {
    const { plan } = given([[many('a', 1), many('b', 1)], [many('a', 500)]]);
    const { stored } = await plan({}, { requestsPerRun: 3 });
    expect(stored.planned).toEqual([
      { albumId: 'a', totalTracks: 1 },
      { albumId: 'b', totalTracks: 1 },
    ]);
  });

  it('is not spent on skipped albums', async () => {
    const { plan, lake } = given([[many('a', 500), many('b', 1)]]);
    storeCommitMarker(lake, runOf('before', day(-1)), ['a']);
    expect((await plan({}, { requestsPerRun: 2 })).ids).toEqual(['b']);
  });

  it('that the listing has spent leaves every album for the next run', async () => {
    const { plan } = given([[many('a', 1), many('b', 99)]]);
    const { stored } = await plan(
      { requests: 10, stoppedBy: 'BudgetSpent' },
      { requestsPerRun: 10 },
    );
    expect(stored.planned).toEqual([]);
    expect(stored.notPlanned).toEqual([
      { albumId: 'a', reason: 'BudgetSpent' },
      { albumId: 'b', reason: 'BudgetSpent' },
    ]);
  });

  it.each([1e12, 1e300, 5_001])(
    'names an album of %d tracks, and loads the others',
    async (total) => {
      const { plan } = given([[many('huge', total), many('a', 1), many('b', 1)]]);
      const { ids, stored } = await plan({}, { requestsPerRun: 100 });
      expect(ids).toEqual(['a', 'b']);
      expect(stored.notPlanned).toEqual([{ albumId: 'huge', reason: 'AlbumTooLarge' }]);
    },
  );

  it('goes first to those that wait the longest, so that none waits for ever', async () => {
    const { plan, lake } = given([[many('new', 1), many('b', 100), many('c', 1)]]);
    const before = runOf('before', day(-1));
    const waiting = { b: day(-2).toISOString(), c: day(-1).toISOString() };
    await lake.putJson(keys.manifest(before), manifest([], { run: before, waiting }));
    const { ids, stored } = await plan({}, { requestsPerRun: 4 });
    expect(ids).toEqual(['b', 'c']);
    expect(stored.waiting).toEqual({ ...waiting, new: run.startedAt });
    // What is cheaper must not use up what an older one waits for.
    expect((await plan({ requests: 2 }, { requestsPerRun: 5 })).ids).toEqual(['b', 'c']);
    expect((await plan({ requests: 3 }, { requestsPerRun: 4 })).stored.notPlanned).toEqual([
      { albumId: 'b', reason: 'AlbumTooLarge' },
      { albumId: 'new', reason: 'BudgetSpent' },
    ]);
  });
});

describe('A listing that ended early', () => {
  it.each([
    [{ stoppedBy: 'ListingLimit' }, 'ListingLimit'],
    [{ stopped: { Error: 'ServiceUnavailable', Cause: '{}' } }, 'ServiceUnavailable'],
    [{}, null],
  ])('is planned as far as it came, and says why: %j', async (more, why) => {
    const { plan } = given([[album('a')]]);
    const { ids, stored } = await plan({ expected: 60, ...more });
    expect(ids).toEqual(['a']);
    expect(stored).toMatchObject({ expected: 60, listed: 1, listingStoppedBy: why });
  });

  it.each(['QuotaExhausted', 'RateLimited', 'BudgetSpent'])(
    'by %s is the end of the calls, too',
    async (stoppedBy) => {
      const { plan } = given([[album('a')]]);
      const { stored } = await plan({ expected: 60, stoppedBy });
      expect(stored).toMatchObject({
        planned: [],
        notPlanned: [{ albumId: 'a', reason: stoppedBy }],
        listingStoppedBy: stoppedBy,
      });
    },
  );

  it.each([
    [{ outcome: 'LIMIT_REACHED', reason: 'QuotaExhausted' }, 'QuotaExhausted'],
    [{ outcome: 'ISSUED', stopped: { Error: 'AccessTokenRejected' } }, 'AccessTokenRejected'],
  ])('for want of a token keeps what is listed: %j', async (of, reason) => {
    const { plan } = given([[album('a')]]);
    const { stored } = await plan({ token: of });
    expect(stored).toMatchObject({
      planned: [],
      notPlanned: [{ albumId: 'a', reason }],
      listingStoppedBy: reason,
    });
  });

  it('before its first page is an empty plan that names the error', async () => {
    const { plan } = given([]);
    const stopped = { Error: 'EndpointNotAllowed', Cause: '{"errorMessage":"403"}' };
    const { planned, stored } = await plan({ source: null, requests: 2, stopped });
    expect(planned).toMatchObject({ planned: 0, listed: 0 });
    expect(stored).toMatchObject({
      pages: [],
      listingStoppedBy: 'EndpointNotAllowed',
      source: null,
    });
  });
});

describe('Odd items of the listing', () => {
  it('are counted: repeated albums, credits without an id, text that is no text', async () => {
    const odd = album('a', { artists: [{ name: 'no id' }, { id: 'x' }], name: '\ud83c' });
    const { plan } = given([[odd, null], [odd]]);
    const { stored } = await plan();
    expect(stored).toMatchObject({
      unusablePositions: [1],
      repeated: 1,
      creditsWithoutId: 1,
      oddText: 2,
      oddities: { a: 2 },
    });
    expect(stored.fields['album.name']).toEqual({ types: ['string'], always: true });
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
