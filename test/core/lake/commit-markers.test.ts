import { committedAlbums } from '../../../core/lake/commit-markers.ts';
import { keys } from '../../../core/lake/keys.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  day,
  errorOf,
  manifest,
  plan,
  run,
  runOf,
  storeCommitMarker,
} from '../../functions/fixtures.ts';

const skipped = async (lake: ReturnType<typeof createMemoryLake>, since = day(-14)) =>
  [...(await committedAlbums(lake, since, day(0)))].sort();

describe('Committed albums', () => {
  it('are those of the commit markers of runs since then', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('a', day(-14)), ['album1']);
    storeCommitMarker(lake, runOf('b', day(-3)), ['album2', 'album3']);
    storeCommitMarker(lake, runOf('c', day(0)), ['album3', 'album4']);
    expect(await skipped(lake)).toEqual(['album1', 'album2', 'album3', 'album4']);
  });

  it('are not those of a run that started a moment before, be it on the same day', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('early', new Date(day(-14).getTime() - 1)), ['album1']);
    storeCommitMarker(lake, runOf('old', day(-15)), ['album2']);
    expect(await skipped(lake)).toEqual([]);
  });

  it('are those of an earlier run of the same day, up to midnight', async () => {
    const lake = createMemoryLake();
    storeCommitMarker(lake, runOf('a', new Date('2026-11-20T23:59:59.999Z')), ['album1']);
    storeCommitMarker(lake, runOf('b', new Date('2026-11-21T00:00:00.000Z')), ['album2']);
    const since = new Date('2026-11-20T23:00:00.000Z');
    const until = new Date('2026-11-21T00:00:01.000Z');
    expect([...(await committedAlbums(lake, since, until))].sort()).toEqual(['album1', 'album2']);
  });

  it('are not those of a plan or a manifest: what was not transformed is in no table', async () => {
    const lake = createMemoryLake();
    await lake.putJson(keys.plan(run), plan({ planned: ['album1'] }));
    await lake.putJson(keys.manifest(run), manifest(['album1']));
    expect(await skipped(lake)).toEqual([]);
    expect(lake.gets).toEqual([]);
  });

  it('are none in an empty lake', async () => {
    expect(await skipped(createMemoryLake())).toEqual([]);
  });

  it('are not guessed from a damaged receipt', async () => {
    const lake = createMemoryLake();
    lake.store(keys.commitMarker(run), '{"run":{}}', day(0));
    const error = await errorOf(skipped(lake));
    expect(error).toMatchObject({ name: 'InvalidInput' });
    expect(error.message).toContain(keys.commitMarker(run));
  });
});
