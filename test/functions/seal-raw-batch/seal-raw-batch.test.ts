import { keys } from '../../../core/lake/keys.ts';
import { manifestSchema } from '../../../core/lake/manifest.ts';
import type { Progress } from '../../../core/lake/progress.ts';
import { spotifyFormat as format } from '../../../core/spotify/source.ts';
import { parseRequest, sealRawBatch } from '../../../functions/seal-raw-batch/seal-raw-batch.ts';
import { counts } from '../../fixtures/counts.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import { day, errorOf, page, plan, run, storeAlbum, track, tracks } from '../fixtures.ts';

const stoppedBy = (reason: string) => ({ Error: reason, Cause: 'why' });

/** A plan, with these albums loaded whole. */
function given(planned: Parameters<typeof plan>[0], loaded: string[] = []) {
  const lake = createMemoryLake();
  const stored = plan(planned);
  const usage = { requests: 4, tokenRequests: 1, waitedMs: 1_500 };
  lake.store(keys.plan(run), JSON.stringify(stored), day(0));
  lake.store(keys.usage(run), JSON.stringify(usage), day(0));
  for (const id of loaded) storeAlbum(lake, id, [page(tracks(2, id))]);
  return {
    lake,
    async seal(progress: Partial<Progress> = {}, tracks: unknown = [{ group: 0, done: 1 }]) {
      const whole = {
        group: 0,
        queue: [],
        failures: {},
        calls: 1,
        isProbe: false,
        requests: 4,
        ...progress,
      };
      lake.store(keys.progress(run), JSON.stringify(whole), day(0));
      const request = parseRequest({ run, tracks });
      const sealed = await sealRawBatch(request, { lake, format });
      const manifest = manifestSchema.parse(lake.jsonOf(keys.manifest(run)));
      const { listed, loaded: came, skipped, missing } = manifest.counts;
      expect(listed).toBe(came + skipped + missing);
      expect(came).toBe(manifest.loaded.length);
      expect(skipped).toBe(manifest.skipped.length);
      expect(missing).toBe(manifest.missing.length);
      expect(sealed).toMatchObject({
        manifestKey: keys.manifest(run),
        status: manifest.status,
        counts: manifest.counts,
      });
      return Object.assign(manifest, { failure: sealed.failure });
    },
  };
}

describe('SealRawBatch', () => {
  it('says COMPLETE where everything that was expected is in the lake', async () => {
    const { seal, lake } = given(
      { planned: ['b', 'a'], skipped: ['k'], listed: 3, expected: 3, requests: 2 },
      ['a', 'b'],
    );
    expect(await seal()).toMatchObject({
      run,
      status: 'COMPLETE',
      source: 'new-releases',
      pages: [keys.listingPage(run, 0)],
      counts: counts({
        expected: 3,
        listed: 3,
        skipped: 1,
        loaded: 2,
        tracks: 4,
        requests: 4,
        tokenRequests: 1,
        waitedSeconds: 2,
      }),
      loaded: [
        { albumId: 'a', key: keys.albumTracks('a'), tracks: 2 },
        { albumId: 'b', key: keys.albumTracks('b'), tracks: 2 },
      ],
      skipped: ['k'],
      missing: [],
      unlisted: { unusablePositions: [], listingStoppedBy: null },
      waiting: {},
      fieldChanges: [],
    });
    expect(lake.puts).toEqual([keys.manifest(run)]);
  });

  it('says COMPLETE where everything was skipped', async () => {
    const { seal } = given({ skipped: ['a', 'b'], listed: 2, expected: 2 });
    expect(await seal()).toMatchObject({ status: 'COMPLETE', counts: { skipped: 2, loaded: 0 } });
  });

  it('goes by what is in the lake, not by what was reported', async () => {
    const { seal } = given({ planned: ['a', 'b'] }, ['a']);
    const manifest = await seal();
    expect(manifest.status).toBe('PARTIAL');
    expect(manifest.loaded.map(({ albumId }) => albumId)).toEqual(['a']);
    expect(manifest.missing).toEqual([{ albumId: 'b', reason: 'NotInTheLake' }]);
  });

  it.each([
    ['cut off', '{"pages":[{"it'],
    ['empty', ''],
    ['no album', '{}'],
    ['no page', JSON.stringify({ pages: [{ error: {} }] })],
  ])('counts an object that is %s as missing', async (_, body) => {
    const { seal, lake } = given({ planned: ['a', 'b'] }, ['a', 'b']);
    lake.store(keys.albumTracks('b'), body, day(0));
    expect(await seal()).toMatchObject({
      status: 'PARTIAL',
      counts: { loaded: 1, missing: 1, tracks: 2 },
      missing: [{ albumId: 'b', reason: 'NotInTheLake' }],
    });
  });

  it('counts raw data from before the refresh age as missing', async () => {
    const { seal, lake } = given({ planned: ['a'], refreshBefore: day(-14).toISOString() });
    storeAlbum(lake, 'a', [page(tracks(2))], day(-15));
    expect((await seal()).missing).toEqual([{ albumId: 'a', reason: 'NotInTheLake' }]);
  });

  it('names the reason that FetchAlbumTracks noted for an album', async () => {
    const { seal } = given({ planned: ['a', 'b', 'c'] }, ['a', 'c']);
    const manifest = await seal({ failures: { a: 'ServiceUnavailable', b: 'ResourceNotFound' } });
    expect(manifest.status).toBe('PARTIAL');
    expect(manifest.missing).toEqual([
      { albumId: 'a', reason: 'ServiceUnavailable' },
      { albumId: 'b', reason: 'ResourceNotFound' },
    ]);
  });

  it.each([
    ['QuotaExhausted', 'DEFERRED'],
    ['RateLimited', 'DEFERRED'],
    ['TimeSpent', 'DEFERRED'],
    ['ServiceUnavailable', 'PARTIAL'],
    ['Sandbox.Timedout', 'PARTIAL'],
    ['AccessTokenRejected', 'PARTIAL'],
  ])(
    'keeps what was loaded before %s ended the Map, and names the rest',
    async (reason, status) => {
      const { seal } = given({ planned: ['a', 'b', 'c'] }, ['b']);
      const manifest = await seal({}, stoppedBy(reason));
      expect(manifest.status).toBe(status);
      expect(manifest.loaded.map(({ albumId }) => albumId)).toEqual(['b']);
      expect(manifest.missing).toEqual([
        { albumId: 'a', reason },
        { albumId: 'c', reason },
      ]);
      expect(manifest.counts.deferred).toBe(status === 'DEFERRED' ? 2 : 0);
    },
  );

  it('says COMPLETE where a limit was reached although everything was loaded', async () => {
    const { seal } = given({ planned: ['a'] }, ['a']);
    expect((await seal({}, stoppedBy('QuotaExhausted'))).status).toBe('COMPLETE');
  });

  it('says PARTIAL where something is missing for another reason, whatever was deferred', async () => {
    const notPlanned = [
      { albumId: 'x', reason: 'BudgetSpent' },
      { albumId: 'b', reason: 'AlbumTooLarge' },
    ];
    const { seal } = given({ planned: ['a'], notPlanned, listed: 3, expected: 3 }, ['a']);
    const manifest = await seal();
    expect(manifest).toMatchObject({ status: 'PARTIAL', counts: { missing: 2, deferred: 1 } });
    expect(manifest.missing.map(({ albumId }) => albumId)).toEqual(['b', 'x']);
    const alone = given({ notPlanned: notPlanned.slice(0, 1), listed: 1, expected: 1 });
    expect((await alone.seal()).status).toBe('DEFERRED');
  });

  it.each([
    ['QuotaExhausted', 'DEFERRED'],
    ['BudgetSpent', 'DEFERRED'],
    ['ListingLimit', 'DEFERRED'],
    ['ServiceUnavailable', 'PARTIAL'],
    ['EndpointNotAllowed', 'PARTIAL'],
  ])('after a listing that was stopped by %s says %s, and why', async (why, status) => {
    const { seal } = given({ planned: ['a'], expected: 60, listed: 1, listingStoppedBy: why }, [
      'a',
    ]);
    expect(await seal()).toMatchObject({
      status,
      counts: { unlisted: 59, missing: 0 },
      unlisted: { listingStoppedBy: why },
    });
  });

  it('never says COMPLETE of a listing that was stopped before any total was known', async () => {
    const nothing = { expected: 0, listed: 0, source: null, pages: [] };
    const deferred = given({ ...nothing, listingStoppedBy: 'QuotaExhausted' });
    expect((await deferred.seal()).status).toBe('DEFERRED');
    const partial = given({ ...nothing, listingStoppedBy: 'ServiceUnavailable' });
    expect((await partial.seal()).status).toBe('PARTIAL');
  });

  it('says PARTIAL where the totals name more than the pages held', async () => {
    const { seal } = given({ planned: ['a'], expected: 2, listed: 1, unusablePositions: [7] }, [
      'a',
    ]);
    expect(await seal()).toMatchObject({
      status: 'PARTIAL',
      counts: { expected: 2, listed: 1, unlisted: 1 },
      unlisted: { unusablePositions: [7] },
    });
  });

  it('says COMPLETE where more was listed than expected', async () => {
    const { seal } = given({ planned: ['a', 'b'], expected: 1, listed: 2 }, ['a', 'b']);
    expect(await seal()).toMatchObject({ status: 'COMPLETE', counts: { unlisted: 0 } });
  });

  it('writes the same bytes when it is called again, in whatever order S3 responds', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `album${i}`);
    const { seal, lake } = given({ planned: ids }, ids);
    await seal();
    const first = lake.bytesOf(keys.manifest(run));
    let n = 0;
    const { get } = lake;
    lake.get = async (key) => {
      if (++n % 2) await new Promise((resolve) => setTimeout(resolve, 3));
      return get(key);
    };
    await seal();
    expect(lake.bytesOf(keys.manifest(run))).toEqual(first);
  });

  it('without a plan has nothing to seal', async () => {
    const event = { run, tracks: [] };
    const sealing = sealRawBatch(event, { lake: createMemoryLake(), format });
    expect(await errorOf(sealing)).toMatchObject({ name: 'RawDataMissing' });
  });
});

describe('Albums that are short of tracks', () => {
  const short = (items: unknown[], total: number, more: Parameters<typeof plan>[0] = {}) => {
    const made = given({ planned: ['a'], ...more });
    storeAlbum(made.lake, 'a', [page(items, { total })]);
    return made;
  };

  it('are loaded with what is usable, and the rest is counted', async () => {
    const { seal } = short([track('t'), null, track('t'), { name: 'no id' }], 6);
    const manifest = await seal();
    expect(manifest).toMatchObject({
      status: 'PARTIAL',
      counts: { loaded: 1, missing: 0, tracks: 1, tracksMissing: 2, unusable: 2, repeated: 1 },
      waiting: { a: run.startedAt },
    });
    expect(manifest.loaded[0]?.odd).toEqual({
      expected: 6,
      unusable: 2,
      repeated: 1,
      missing: 2,
      creditsWithoutId: 0,
      oddText: 0,
      isOpen: true,
    });
  });

  it('are held against what the listing says, too', async () => {
    const { seal, lake } = short(tracks(100), 100);
    const stored = { ...plan(), planned: [{ albumId: 'a', totalTracks: 120 }], listed: 1 };
    lake.store(keys.plan(run), JSON.stringify(stored), day(0));
    expect(await seal()).toMatchObject({
      status: 'PARTIAL',
      counts: { tracks: 100, tracksMissing: 20 },
    });
  });

  it('are all there is once two runs saw the same unusable items', async () => {
    const { seal } = short([track('t'), null], 2, { seenBefore: { a: 1 } });
    const manifest = await seal();
    expect(manifest).toMatchObject({ status: 'COMPLETE', counts: { unusable: 1 }, waiting: {} });
    expect(manifest.loaded[0]?.odd?.isOpen).toBe(false);
  });

  it('are not what this run saw where a limit ended it before: the album waits for the next one', async () => {
    const { seal, lake } = given({ planned: ['a'], seenBefore: { a: 1 } });
    storeAlbum(lake, 'a', [page([track('t'), null])], day(-1));
    expect(await seal({}, stoppedBy('QuotaExhausted'))).toMatchObject({
      status: 'DEFERRED',
      loaded: [],
      missing: [{ albumId: 'a', reason: 'QuotaExhausted' }],
    });
  });

  it('stay open where tracks are missing, and where this run saw more oddities than the last', async () => {
    const missing = short([track('t')], 2, { seenBefore: { a: 1 } });
    expect((await missing.seal()).status).toBe('PARTIAL');
    const more = short([track('t'), null, null], 3, { seenBefore: { a: 1 } });
    expect((await more.seal()).status).toBe('PARTIAL');
  });
});

describe('An album with odd text or credits', () => {
  const odd = track('t', { artists: [{ name: 'no id' }] });

  it('is loaded, leaves the run complete, and is fetched once more', async () => {
    const { seal, lake } = given({ planned: ['a'], oddities: { a: 2 } });
    storeAlbum(lake, 'a', [page([odd])]);
    const manifest = await seal();
    expect(manifest).toMatchObject({ status: 'COMPLETE', waiting: {} });
    expect(manifest.loaded[0]?.odd).toMatchObject({
      creditsWithoutId: 1,
      oddText: 2,
      isOpen: true,
    });
  });

  it('is all there is once two runs saw the same', async () => {
    const { seal, lake } = given({ planned: ['a'], seenBefore: { a: 1 } });
    storeAlbum(lake, 'a', [page([odd])]);
    expect((await seal()).loaded[0]?.odd?.isOpen).toBe(false);
  });
});

describe('The manifest', () => {
  it('counts what has been waiting for three days', async () => {
    const waiting = { a: day(-3).toISOString(), b: day(-2.9).toISOString() };
    const { seal } = given({ planned: ['a', 'b'], waiting });
    expect(await seal({}, stoppedBy('QuotaExhausted'))).toMatchObject({
      counts: { overdue: 1 },
      waiting,
    });
    const loaded = given({ planned: ['a', 'b'], waiting }, ['a', 'b']);
    expect(await loaded.seal()).toMatchObject({ counts: { overdue: 0 }, waiting: {} });
  });

  it('counts credits without an id and text that is no text', async () => {
    const { seal, lake } = given({ planned: ['a'], creditsWithoutId: 1, oddText: 1 });
    const odd = track('t', { name: '\ud83c', artists: [{ name: 'x' }, { id: 'y' }] });
    storeAlbum(lake, 'a', [page([odd])]);
    expect((await seal()).counts).toMatchObject({ creditsWithoutId: 2, oddText: 2 });
  });

  it('says which fields changed against the runs before', async () => {
    const fieldsBefore = {
      'track.id': { types: ['string'], always: true },
      'track.popularity': { types: ['number'], always: true },
    };
    const { seal, lake } = given({ planned: ['a'], fieldsBefore });
    storeAlbum(lake, 'a', [page([{ id: 't', rating: 5 }])]);
    const { fieldChanges, fields } = await seal();
    expect(fieldChanges).toEqual([
      { field: 'track.popularity', change: 'vanished', types: ['number'] },
      { field: 'track.rating', change: 'appeared', types: ['number'] },
    ]);
    expect(Object.keys(fields)).toEqual(['track.id', 'track.rating']);
  });
});

describe('A run that could load none of many albums', () => {
  const planned = ['a', 'b', 'c'];

  it('has failed, for the reason that most of them have', async () => {
    const { seal } = given({ planned });
    const { failure } = await seal(
      { failures: { a: 'ResourceNotFound' } },
      stoppedBy('ServiceUnavailable'),
    );
    expect(failure).toMatchObject({ Error: 'ServiceUnavailable' });
    expect(failure?.Cause).toContain('None of 3 albums');
  });

  it('has not where one was loaded, where a limit was reached, or where there were few', async () => {
    const failing = stoppedBy('ServiceUnavailable');
    expect((await given({ planned }, ['a']).seal({}, failing)).failure).toBeUndefined();
    const limited = await given({ planned }).seal({}, stoppedBy('QuotaExhausted'));
    expect(limited.failure).toBeUndefined();
    expect((await given({ planned: ['a', 'b'] }).seal({}, failing)).failure).toBeUndefined();
  });
});

describe('The event of SealRawBatch', () => {
  it.each([
    [{ run }, 'tracks'],
    [{ run, tracks: 'QuotaExhausted' }, 'tracks'],
    [{ run, tracks: {} }, 'tracks'],
    [{ run: {}, tracks: [] }, 'run.runId'],
  ])('may not be %j', (event, field) => {
    expect(() => parseRequest(event)).toThrow(`SealRawBatch: ${field}`);
  });
});
