import * as z from 'zod';
import { committedAlbums } from '../../core/lake/commit-markers.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import {
  type Plan,
  parseAs,
  runSchema,
  sourceSchema,
  stopSchema,
} from '../../core/lake/manifest.ts';
import { albumTracks, type Item, parsePage, usableItems } from '../../core/spotify/paging.ts';

const requestSchema = z.object({
  run: runSchema,
  listing: z.object({
    pages: z.int().nonnegative(),
    expected: z.int().nonnegative(),
    requests: z.int().nonnegative(),
    source: z.nullable(sourceSchema),
    outcome: z.optional(z.string()),
    /** The error that ended the listing early, where one did. */
    stopped: z.optional(stopSchema),
  }),
});
export type PlanAlbumsRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'PlanAlbums');

interface Dependencies {
  lake: Lake;
  settings: { refreshDays: number; requestsPerRun: number; concurrency: number };
}

/** Counts for the state and what to fetch; the plan itself lies in the lake. */
export interface PlannedAlbums {
  /** `totalTracks` is what the listing says; 0 where it says nothing. */
  albums: { albumId: string; totalTracks: number }[];
  listed: number;
  skipped: number;
  overBudget: number;
  refreshBefore: string;
  /** How many albums to fetch at a time. */
  concurrency: number;
}

/** Listings that end in these ways are whole, or at least what Spotify gave out. */
const STOPS: Record<string, string> = {
  QUOTA_EXHAUSTED: 'QuotaExhausted',
  BUDGET_SPENT: 'BudgetSpent',
};

/**
 * Reads the listed pages back and decides which albums to fetch: each once, no nulls, none that has
 * loaded within the refresh age, no more than the run's requests pay for.
 */
export async function planAlbums(
  { run, listing }: PlanAlbumsRequest,
  { lake, settings }: Dependencies,
): Promise<PlannedAlbums> {
  const pages = Array.from({ length: listing.pages }, (_, page) => keys.listingPage(run, page));
  const { albums, unusablePositions } = await readListing(lake, pages);

  const startedAt = new Date(run.startedAt);
  const refreshBefore = new Date(startedAt.getTime() - settings.refreshDays * 86_400_000);
  const loaded = await committedAlbums(lake, refreshBefore, startedAt);
  const skipped = [...albums.keys()].filter((id) => loaded.has(id));
  const { planned, overBudget } = withinBudget(
    [...albums.values()].filter(({ id }) => !loaded.has(id)),
    settings.requestsPerRun - listing.requests,
  );

  const plan: Plan = {
    run,
    source: listing.source,
    pages,
    expected: listing.expected,
    listed: albums.size,
    unusablePositions,
    listingStoppedBy: listing.stopped?.Error ?? STOPS[listing.outcome ?? ''] ?? null,
    skipped,
    planned: planned.map(({ albumId }) => albumId),
    overBudget,
    refreshBefore: refreshBefore.toISOString(),
    requests: listing.requests,
  };
  await lake.putJson(keys.plan(run), plan);
  return {
    albums: planned,
    listed: albums.size,
    skipped: skipped.length,
    overBudget: overBudget.length,
    refreshBefore: plan.refreshBefore,
    concurrency: settings.concurrency,
  };
}

async function readListing(lake: Lake, pages: string[]) {
  const albums = new Map<string, Item>();
  const unusablePositions: number[] = [];
  for (const key of pages) {
    const page = parsePage(await lake.getJson(key), { wrapper: 'albums', path: key });
    const { items, unusable } = usableItems(page);
    for (const album of items) if (!albums.has(album.id)) albums.set(album.id, album);
    unusablePositions.push(...unusable);
  }
  return { albums, unusablePositions };
}

/** Splits the albums where the requests that their pages cost reach `requests`. */
function withinBudget(albums: Item[], requests: number) {
  const planned: PlannedAlbums['albums'] = [];
  const overBudget: string[] = [];
  let left = requests;
  for (const { id: albumId, total_tracks: total } of albums) {
    const totalTracks = typeof total === 'number' && total > 0 ? Math.ceil(total) : 0;
    left -= Math.max(1, Math.ceil(totalTracks / albumTracks(albumId).limit));
    if (left >= 0) planned.push({ albumId, totalTracks });
    else overBudget.push(albumId);
  }
  return { planned, overBudget };
}
