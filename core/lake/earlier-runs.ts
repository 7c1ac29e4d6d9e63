import pMap from 'p-map';
import * as z from 'zod';
import { InvalidInput, RawDataMissing } from '../errors.ts';
import { parseAs } from '../parse.ts';
import { idSchema } from './items.ts';
import { keys, MANIFESTS, type Run } from './keys.ts';
import type { Lake } from './lake.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

/** S3 requests in flight at once within a function. */
export const S3_CONCURRENCY = 16;
const DAY_MS = 86_400_000;

export interface EarlierRuns {
  /** Albums that are in the tables as the API has them. */
  committed: Set<string>;
  /** Albums in the tables with something odd, and how many oddities the last run saw. */
  open: Map<string, number>;
  /** The newest manifest of a scheduled run. */
  previous: Manifest | undefined;
  /** A run planned albums and committed none: it may have been cut, with raw data left behind. */
  mayBeStored: boolean;
  /** Objects that could not be read, and count as not written. */
  damaged: string[];
}

/** The fields that are relied on, in markers of any version. */
const markerSchema = z.object({
  run: z.object({ startedAt: z.iso.datetime() }),
  albums: z.array(idSchema),
  open: z.record(idSchema, z.int()).catch({}),
});

/**
 * What runs since `since` (at least `days` days) and before `run` have left. Only a commit marker makes an
 * album count as loaded: raw data of a run that was cut short is not in the tables yet.
 */
export async function readEarlierRuns(
  lake: Lake,
  run: Run,
  since: Date,
  days = 14,
): Promise<EarlierRuns> {
  const startedAt = Date.parse(run.startedAt);
  const first = Math.min(since.getTime(), startedAt - days * DAY_MS);
  // Keys are in the order of their days: one request lists weeks of them.
  const listed = await lake.list(MANIFESTS, keys.manifestsOf(dayOf(first)));
  const own = keys.plan(run);
  const found = listed.filter(
    (key) => folderOf(key) !== folderOf(own) && dayFolderOf(key) <= dayFolderOf(own),
  );
  const damaged: string[] = [];

  const markers = await pMap(
    found.filter((key) => key.endsWith('/commit.json')),
    (key) => readOrNote(lake, key, markerSchema, damaged),
    { concurrency: S3_CONCURRENCY },
  );
  const recent = markers.filter(
    (marker) => marker && Date.parse(marker.run.startedAt) >= since.getTime(),
  ) as z.infer<typeof markerSchema>[];
  recent.sort((a, b) => a.run.startedAt.localeCompare(b.run.startedAt));
  const open = new Map(recent.flatMap((marker) => Object.entries(marker.open)));
  const commits = new Set(found.filter((key) => key.endsWith('/commit.json')).map(folderOf));
  const plans = found.filter((key) => key.endsWith('/plan.json'));
  return {
    committed: new Set(recent.flatMap(({ albums }) => albums)),
    open,
    previous: await newestManifest(lake, found, run, damaged),
    mayBeStored: plans.some((key) => !commits.has(folderOf(key))),
    damaged,
  };
}

/** From the last day that has one. Uploaded manifests are named backfill-… and say nothing about listings. */
async function newestManifest(lake: Lake, found: string[], run: Run, damaged: string[]) {
  const manifests = found.filter(
    (key) => key.endsWith('/manifest.json') && !key.includes('/run_id=backfill-'),
  );
  for (const day of [...new Set(manifests.map(dayFolderOf))].sort().reverse()) {
    const ofDay = await pMap(
      manifests.filter((key) => dayFolderOf(key) === day),
      (key) => readOrNote(lake, key, manifestSchema, damaged),
      { concurrency: S3_CONCURRENCY },
    );
    const before = ofDay
      .filter((manifest) => manifest !== undefined)
      .filter((manifest) => manifest.run.startedAt <= run.startedAt)
      .sort((a, b) => a.run.startedAt.localeCompare(b.run.startedAt));
    if (before.length > 0) return before.at(-1);
  }
  return undefined;
}

/** Damaged objects cost themselves, not the run. */
async function readOrNote<T>(
  lake: Lake,
  key: string,
  schema: z.ZodType<T>,
  damaged: string[],
): Promise<T | undefined> {
  try {
    return parseAs(schema, await lake.getJson(key), key);
  } catch (error) {
    if (!(error instanceof InvalidInput || error instanceof RawDataMissing)) throw error;
    damaged.push(key);
    return undefined;
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/'));
const dayFolderOf = (key: string): string => key.split('/').slice(0, 3).join('/');

/** Commit markers that no successful crawl has covered. */
export async function uncrawledCommits(lake: Lake): Promise<string[]> {
  const all = new Set(await lake.list(MANIFESTS));
  return [...all].filter((key) => key.endsWith('/commit.json') && !all.has(keys.crawled(key)));
}
