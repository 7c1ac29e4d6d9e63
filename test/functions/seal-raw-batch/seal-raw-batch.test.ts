import { keys } from '../../../core/lake/keys.ts';
import { manifestSchema, type Plan } from '../../../core/lake/manifest.ts';
import { parseRequest, sealRawBatch } from '../../../functions/seal-raw-batch/seal-raw-batch.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import { day, errorOf, page, plan, run, storeAlbum, tracks } from '../fixtures.ts';

/** A plan, with these albums loaded whole. */
function given(planned: Partial<Plan>, loaded: string[] = []) {
  const lake = createMemoryLake();
  const stored = plan(planned);
  lake.store(keys.plan(run), JSON.stringify(stored), day(0));
  for (const id of loaded) storeAlbum(lake, id, [page(tracks(2, id))]);
  return {
    lake,
    async seal(reports: unknown = stored.planned.map((albumId) => ({ albumId, requests: 1 }))) {
      const sealed = await sealRawBatch(parseRequest({ run, tracks: reports }), { lake });
      const manifest = manifestSchema.parse(lake.jsonOf(keys.manifest(run)));
      const { listed, loaded: came, skipped, missing } = manifest.counts;
      expect(listed).toBe(came + skipped + missing);
      expect(came).toBe(manifest.loaded.length);
      expect(skipped).toBe(manifest.skipped.length);
      expect(missing).toBe(manifest.missing.length);
      expect(sealed).toEqual({
        manifestKey: keys.manifest(run),
        status: manifest.status,
        counts: manifest.counts,
      });
      return manifest;
    },
  };
}

const quota = { Error: 'QuotaExhausted', Cause: 'The quota of the last 24 hours is used up' };

describe('SealRawBatch', () => {
  it('says COMPLETE where everything that was expected lies in the lake', async () => {
    const { seal, lake } = given(
      { planned: ['b', 'a'], skipped: ['k'], listed: 3, expected: 3, requests: 2 },
      ['a', 'b'],
    );
    expect(await seal()).toEqual({
      run,
      status: 'COMPLETE',
      source: 'new-releases',
      pages: [keys.listingPage(run, 0)],
      counts: {
        expected: 3,
        listed: 3,
        skipped: 1,
        loaded: 2,
        missing: 0,
        unlisted: 0,
        tracks: 4,
        requests: 4,
      },
      loaded: [
        { albumId: 'a', key: keys.albumTracks('a'), tracks: 2 },
        { albumId: 'b', key: keys.albumTracks('b'), tracks: 2 },
      ],
      skipped: ['k'],
      missing: [],
      unlisted: { unusablePositions: [], listingStoppedBy: null },
    });
    expect(lake.puts).toEqual([keys.manifest(run)]);
  });

  it('says COMPLETE where everything was skipped', async () => {
    const { seal } = given({ skipped: ['a', 'b'], listed: 2, expected: 2 });
    expect(await seal()).toMatchObject({ status: 'COMPLETE', counts: { skipped: 2, loaded: 0 } });
  });

  it('goes by what lies in the lake, not by what was reported', async () => {
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
    ['incomplete', JSON.stringify({ pages: [page(tracks(1), { total: 2 })] })],
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

  it('names the reason that the Map noted for an album', async () => {
    const { seal } = given({ planned: ['a', 'b', 'c'] }, ['c']);
    const manifest = await seal([
      { albumId: 'a', reason: 'ResourceNotFound' },
      { albumId: 'b', reason: 'IncompleteTracks' },
      { albumId: 'c', requests: 2 },
    ]);
    expect(manifest.status).toBe('PARTIAL');
    expect(manifest.missing).toEqual([
      { albumId: 'a', reason: 'ResourceNotFound' },
      { albumId: 'b', reason: 'IncompleteTracks' },
    ]);
    expect(manifest.counts.requests).toBe(3);
  });

  it('asks the lake alone where the Map was stopped: what loaded before counts', async () => {
    const { seal } = given({ planned: ['a', 'b', 'c'] }, ['b']);
    const manifest = await seal(quota);
    expect(manifest.status).toBe('DEFERRED');
    expect(manifest.loaded.map(({ albumId }) => albumId)).toEqual(['b']);
    expect(manifest.missing).toEqual([
      { albumId: 'a', reason: 'QuotaExhausted' },
      { albumId: 'c', reason: 'QuotaExhausted' },
    ]);
  });

  it('says COMPLETE where the Map was stopped although everything had loaded', async () => {
    const { seal } = given({ planned: ['a'] }, ['a']);
    expect((await seal(quota)).status).toBe('COMPLETE');
  });

  it.each(['QuotaExhausted', 'RateLimited'])(
    'says DEFERRED of an album missed by %s',
    async (reason) => {
      const { seal } = given({ planned: ['a', 'b'] }, ['a']);
      expect((await seal([{ albumId: 'b', reason }])).status).toBe('DEFERRED');
    },
  );

  it('says DEFERRED where the budget of the run was too small, and names what is left', async () => {
    const { seal } = given({ planned: ['a'], overBudget: ['x', 'b'], listed: 3, expected: 3 }, [
      'a',
    ]);
    const manifest = await seal();
    expect(manifest.status).toBe('DEFERRED');
    expect(manifest.missing).toEqual([
      { albumId: 'b', reason: 'BudgetSpent' },
      { albumId: 'x', reason: 'BudgetSpent' },
    ]);
  });

  it.each([
    ['QuotaExhausted', 'DEFERRED'],
    ['BudgetSpent', 'DEFERRED'],
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

  it('says PARTIAL where the totals promise more than the pages held', async () => {
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

  it('writes the same bytes when it is called again, in whatever order S3 answers', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `album${i}`);
    const { seal, lake } = given({ planned: ids }, ids);
    await seal();
    const first = lake.bytesOf(keys.manifest(run));
    let n = 0;
    const { getJson } = lake;
    lake.getJson = async (key) => {
      if (++n % 2) await new Promise((resolve) => setTimeout(resolve, 3));
      return getJson(key);
    };
    await seal();
    expect(lake.bytesOf(keys.manifest(run))).toEqual(first);
  });

  it('without a plan has nothing to seal', async () => {
    const sealing = sealRawBatch({ run, tracks: [] }, { lake: createMemoryLake() });
    expect(await errorOf(sealing)).toMatchObject({ name: 'RawDataMissing' });
  });
});

describe('The event of SealRawBatch', () => {
  it.each([
    [{ run, tracks: [{ albumId: 'a', requests: 1 }] }],
    [{ run, tracks: [] }],
    [{ run, tracks: quota }],
    [{ run, tracks: { Error: 'QuotaExhausted' } }],
  ])('may be %j', (event) => {
    expect(parseRequest(event)).toEqual(event);
  });

  it.each([
    [{ run }, 'tracks'],
    [{ run, tracks: 'QuotaExhausted' }, 'tracks'],
    [{ run, tracks: [{ reason: 'x' }] }, 'tracks'],
    [{ run: {}, tracks: [] }, 'run.runId'],
  ])('may not be %j', (event, field) => {
    expect(() => parseRequest(event)).toThrow(`SealRawBatch: ${field}`);
  });
});
