import pMap from 'p-map';
import { keys } from './keys.ts';
import type { Lake } from './lake.ts';
import { commitMarkerSchema, parseAs } from './manifest.ts';

/** S3 requests in flight at once within a function. */
export const S3_CONCURRENCY = 16;
const DAY_MS = 86_400_000;

/**
 * Ids of the albums that runs started at or after `since` loaded and transformed. Only a commit marker
 * makes an album count as loaded: raw data of a run that was cut short is not in the tables yet.
 */
export async function committedAlbums(lake: Lake, since: Date, until: Date): Promise<Set<string>> {
  const days: string[] = [];
  const firstDay = Date.parse(since.toISOString().slice(0, 10));
  for (let day = firstDay; day <= until.getTime(); day += DAY_MS) {
    days.push(new Date(day).toISOString().slice(0, 10));
  }
  const listed = await pMap(days, (day) => lake.list(keys.manifestsOf(day)), {
    concurrency: S3_CONCURRENCY,
  });
  const commitMarkerKeys = listed.flat().filter((key) => key.endsWith('/commit.json'));
  const commitMarkers = await pMap(
    commitMarkerKeys,
    async (key) => parseAs(commitMarkerSchema, await lake.getJson(key), key),
    { concurrency: S3_CONCURRENCY },
  );
  return new Set(
    commitMarkers
      .filter(({ run }) => Date.parse(run.startedAt) >= since.getTime())
      .flatMap(({ albums }) => albums),
  );
}
