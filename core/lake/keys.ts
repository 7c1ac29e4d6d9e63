/** Which run an object belongs to. `startedAt` is ISO 8601 in UTC; its day is the partition. */
export interface Run {
  runId: string;
  startedAt: string;
}

export const ingestDate = (run: Run): string => run.startedAt.slice(0, 10);

const partition = (run: Run): string => `ingest_date=${ingestDate(run)}`;
const manifestFolder = (run: Run): string => `${MANIFESTS}${partition(run)}/run_id=${run.runId}`;

/** Everything that runs say about themselves. */
export const MANIFESTS = 'raw/manifests/';

/** Every key of the lake is computed here, from what identifies the object and nothing else. */
export const keys = {
  listingPage: (run: Run, page: number): string =>
    `raw/new_releases/${partition(run)}/run_id=${run.runId}/page-${String(page).padStart(5, '0')}.json`,
  albumTracks: (albumId: string): string => `raw/album_tracks/album_id=${albumId}/tracks.json`,
  plan: (run: Run): string => `${manifestFolder(run)}/plan.json`,
  /** Requests and waiting so far. */
  usage: (run: Run): string => `${manifestFolder(run)}/usage.json`,
  /** Albums still to be fetched, and those that failed. */
  progress: (run: Run): string => `${manifestFolder(run)}/progress.json`,
  manifest: (run: Run): string => `${manifestFolder(run)}/manifest.json`,
  commitMarker: (run: Run): string => `${manifestFolder(run)}/commit.json`,
  /** The commits that the crawl of this run covers. */
  crawl: (run: Run): string => `${manifestFolder(run)}/crawl.json`,
  /** Beside a commit marker: a crawl that began after the commit has succeeded. */
  crawled: (commitMarkerKey: string): string =>
    `${commitMarkerKey.slice(0, commitMarkerKey.lastIndexOf('/'))}/crawled.json`,
  /** How far a rebuild of the tables is. */
  rebuild: (run: Run): string => `${manifestFolder(run)}/rebuild.json`,
  /** All that the runs of one day (YYYY-MM-DD) say about themselves. */
  manifestsOf: (day: string): string => `${MANIFESTS}ingest_date=${day}/`,
  table: (table: string, run: Run): string =>
    `curated/${table}/${partition(run)}/${run.runId}.parquet`,
};
