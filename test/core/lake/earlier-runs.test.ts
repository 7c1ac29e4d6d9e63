import { readEarlierRuns, uncrawledCommits } from '../../../core/lake/earlier-runs.ts';
import { keys } from '../../../core/lake/keys.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import { day, manifest, plan, run, runOf, storeCommitMarker } from '../../functions/fixtures.ts';

type Lake = ReturnType<typeof createMemoryLake>;
const committed = async (lake: Lake, since = day(-14), of = run) =>
  [...(await readEarlierRuns(lake, of, since)).committed].sort();

describe('Committed albums', () => {
  it('are those of the commit markers of runs since then', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('a', day(-14)), ['album1']);
    storeCommitMarker(lake, runOf('b', day(-3)), ['album2', 'album3']);
    storeCommitMarker(lake, runOf('c', day(0)), ['album3', 'album4']);
    expect(await committed(lake)).toEqual(['album1', 'album2', 'album3', 'album4']);
  });

  it('are not those of a run that started a moment before, be it on the same day', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('early', new Date(day(-14).getTime() - 1)), ['album1']);
    storeCommitMarker(lake, runOf('old', day(-15)), ['album2']);
    expect(await committed(lake)).toEqual([]);
  });

  it('are those of an earlier run of the same day, up to midnight', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('a', new Date('2026-11-20T23:59:59.999Z')), ['album1']);
    storeCommitMarker(lake, runOf('b', new Date('2026-11-21T00:00:00.000Z')), ['album2']);
    const since = new Date('2026-11-20T23:00:00.000Z');
    const of = runOf('c', new Date('2026-11-21T00:00:01.000Z'));
    expect(await committed(lake, since, of)).toEqual(['album1', 'album2']);
  });

  it('are not those of a plan or a manifest: what was not transformed is in no table', async () => {
    const lake = createMemoryLake();
    const cut = runOf('cut', day(-1));
    await lake.putJson(keys.plan(cut), plan({ planned: ['album1'] }));
    await lake.putJson(keys.manifest(cut), manifest(['album1'], { run: cut }));
    expect(await committed(lake)).toEqual([]);
  });

  it('are none in an empty lake', async () => {
    expect(await readEarlierRuns(createMemoryLake(), run, day(-14))).toEqual({
      committed: new Set(),
      open: new Map(),
      previous: undefined,
      mayBeStored: false,
      damaged: [],
    });
  });

  it.each([
    ['damaged', '{"run":{}}'],
    ['cut', '{"run"'],
    ['empty', ''],
    ['of albums in words', JSON.stringify({ run, albums: 'all' })],
  ])('are not guessed from a %s marker, which does not cost the run', async (_, body) => {
    const lake = createMemoryLake();
    const bad = runOf('bad', day(-2));
    lake.store(keys.commitMarker(bad), body, day(-2));
    storeCommitMarker(lake, runOf('good', day(-1)), ['album1']);
    const earlier = await readEarlierRuns(lake, run, day(-14));
    expect([...earlier.committed]).toEqual(['album1']);
    expect(earlier.damaged).toEqual([keys.commitMarker(bad)]);
  });

  it('are those of a marker of an older version, which says less', async () => {
    const lake = createMemoryLake();
    const old = runOf('old', day(-1));
    lake.store(keys.commitMarker(old), JSON.stringify({ run: old, albums: ['album1'] }), day(-1));
    expect(await committed(lake)).toEqual(['album1']);
  });
});

describe('Earlier runs', () => {
  it('say which albums they loaded with something odd', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('a', day(-2)), ['album1'], { album2: 3 });
    storeCommitMarker(lake, runOf('b', day(-1)), [], { album2: 4 });
    expect((await readEarlierRuns(lake, run, day(-14))).open).toEqual(new Map([['album2', 4]]));
  });

  it('hand on the newest manifest, whatever was uploaded since', async () => {
    const lake = createMemoryLake();
    for (const [name, n] of [
      ['a', -3],
      ['b', -2],
      ['backfill-c', -1],
    ] as const) {
      const of = runOf(name, day(n));
      await lake.putJson(keys.manifest(of), manifest([name.slice(0, 1)], { run: of }));
    }
    lake.store(keys.manifest(runOf('damaged', day(-1))), '{', day(-1));
    const { previous, damaged } = await readEarlierRuns(lake, run, day(0));
    expect(previous?.run.runId).toBe('b');
    expect(damaged).toEqual([keys.manifest(runOf('damaged', day(-1)))]);
  });

  it('that planned and did not commit may have left raw data', async () => {
    const lake = createMemoryLake();
    const cut = runOf('cut', day(-1));
    await lake.putJson(keys.plan(cut), plan());
    expect((await readEarlierRuns(lake, run, day(-14))).mayBeStored).toBe(true);
    storeCommitMarker(lake, cut, []);
    expect((await readEarlierRuns(lake, run, day(-14))).mayBeStored).toBe(false);
  });
});

describe('Commits that were not crawled', () => {
  it('are those without a note of a successful crawl', async () => {
    const lake = createMemoryLake();
    const [a, b] = [runOf('a', day(-40)), runOf('b', day(0))];
    for (const each of [a, b]) storeCommitMarker(lake, each, []);
    await lake.putJson(keys.crawled(keys.commitMarker(b)), {});
    expect(await uncrawledCommits(lake)).toEqual([keys.commitMarker(a)]);
  });
});
