/** Which run an object belongs to. `startedAt` is ISO 8601 in UTC; its day is the partition. */
export interface Run {
  runId: string;
  startedAt: string;
}

export const ingestDate = (run: Run): string => run.startedAt.slice(0, 10);

const partition = (run: Run): string => `ingest_date=${ingestDate(run)}`;
const manifestFolder = (run: Run): string => `raw/manifests/${partition(run)}/run_id=${run.runId}`;

/** Every key of the lake is computed here, from what identifies the object and nothing else. */
export const keys = {
  listingPage: (run: Run, page: number): string =>
    `raw/new_releases/${partition(run)}/run_id=${run.runId}/page-${String(page).padStart(5, '0')}.json`,
  albumTracks: (albumId: string): string => `raw/album_tracks/album_id=${albumId}/tracks.json`,
  plan: (run: Run): string => `${manifestFolder(run)}/plan.json`,
  manifest: (run: Run): string => `${manifestFolder(run)}/manifest.json`,
  commitMarker: (run: Run): string => `${manifestFolder(run)}/commit.json`,
  /** All manifests, plans and commit markers of one day (YYYY-MM-DD). */
  manifestsOf: (day: string): string => `raw/manifests/ingest_date=${day}/`,
  table: (table: string, run: Run): string =>
    `curated/${table}/${partition(run)}/${run.runId}.parquet`,
};
