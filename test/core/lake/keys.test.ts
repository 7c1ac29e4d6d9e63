import { ingestDate, keys } from '../../../core/lake/keys.ts';
import { run, runOf } from '../../functions/fixtures.ts';

describe('The keys of the lake', () => {
  it('stand in hive-style partitions of the day that the run started on, in UTC', () => {
    const late = runOf('late', new Date('2026-11-21T23:59:59.999Z'));
    expect(ingestDate(late)).toBe('2026-11-21');
    expect([
      keys.listingPage(run, 0),
      keys.albumTracks('4aawyAB9vmqN3uQ7FjRGTy'),
      keys.plan(run),
      keys.manifest(run),
      keys.commitMarker(run),
      keys.table('albums', run),
    ]).toEqual([
      'raw/new_releases/ingest_date=2026-11-21/run_id=run-1/page-00000.json',
      'raw/album_tracks/album_id=4aawyAB9vmqN3uQ7FjRGTy/tracks.json',
      'raw/manifests/ingest_date=2026-11-21/run_id=run-1/plan.json',
      'raw/manifests/ingest_date=2026-11-21/run_id=run-1/manifest.json',
      'raw/manifests/ingest_date=2026-11-21/run_id=run-1/commit.json',
      'curated/albums/ingest_date=2026-11-21/run-1.parquet',
    ]);
  });

  it('sort as the pages of the listing do', () => {
    const pages = [0, 2, 9, 10, 99, 100, 12_345].map((page) => keys.listingPage(run, page));
    expect(pages.toSorted()).toEqual(pages);
  });

  it('of the same input are the same, and of another run are others', () => {
    const other = runOf('run-2', new Date(run.startedAt));
    for (const keyOf of [keys.plan, keys.manifest, keys.commitMarker]) {
      expect(keyOf({ ...run })).toBe(keyOf(run));
      expect(keyOf(other)).not.toBe(keyOf(run));
    }
  });

  it('of one day can be listed together', () => {
    for (const key of [keys.plan(run), keys.manifest(run), keys.commitMarker(run)]) {
      expect(key.startsWith(keys.manifestsOf('2026-11-21'))).toBe(true);
      expect(key.startsWith(keys.manifestsOf('2026-11-2'))).toBe(false);
    }
  });
});
