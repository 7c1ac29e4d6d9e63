import pMap from 'p-map';
import * as z from 'zod';
import { readEarlierRuns, S3_CONCURRENCY } from '../../core/lake/earlier-runs.ts';
import { groupsOf } from '../../core/lake/groups.ts';
import { type PageOfItems, usableItems } from '../../core/lake/items.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { type Plan, runSchema, stopSchema } from '../../core/lake/manifest.ts';
import { countOddText } from '../../core/lake/odd-text.ts';
import { creditsWithoutId } from '../../core/lake/rows.ts';
import { createFieldCollector } from '../../core/lake/schema-watch.ts';
import type { RawFormat } from '../../core/lake/source.ts';
import { readUsage } from '../../core/lake/usage.ts';
import { parseAs, parseJson } from '../../core/parse.ts';
import { chooseAlbums } from './choose-albums.ts';

const requestSchema = z.object({
  run: runSchema,
  /** Without a token nothing can be fetched: `reason` or the error says why there is none. */
  token: z.object({
    outcome: z.string(),
    reason: z.nullish(z.string()),
    stopped: z.optional(stopSchema),
  }),
  listing: z.object({
    pages: z.int().nonnegative(),
    expected: z.int().nonnegative(),
    source: z.nullable(z.string()),
    stoppedBy: z.nullish(z.string()),
    /** The error that ended the listing early, where one did. */
    stopped: z.optional(stopSchema),
  }),
});
export type PlanAlbumsRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'PlanAlbums');

interface Dependencies {
  lake: Lake;
  format: RawFormat;
  settings: { refreshDays: number; requestsPerRun: number };
}

/** Counts for the state; the plan itself is in the lake. */
export interface PlannedAlbums {
  /** What the Map goes over; each item is a part of the planned albums. */
  groups: { group: number }[];
  planned: number;
  listed: number;
  skipped: number;
  /** Listed, not skipped, and not to be fetched by this run. */
  notPlanned: number;
  /** Objects of earlier runs that could not be read, and count as not written. */
  damaged: string[];
}

/** A run that has reached one of these in its listing makes no further request. */
const ENDS_THE_RUN = new Set(['QuotaExhausted', 'RateLimited', 'BudgetSpent']);

/**
 * Reads the listed pages back and decides which albums to fetch: each once, no nulls, none that was
 * loaded within the refresh age, no more than the run's requests pay for.
 */
export async function planAlbums(
  { run, token, listing }: PlanAlbumsRequest,
  { lake, format, settings }: Dependencies,
): Promise<PlannedAlbums> {
  const pages = Array.from({ length: listing.pages }, (_, page) => keys.listingPage(run, page));
  const startedAt = new Date(run.startedAt);
  const refreshBefore = new Date(startedAt.getTime() - settings.refreshDays * 86_400_000);
  const [listed, earlier, usage] = await Promise.all([
    readListing(lake, format, pages),
    readEarlierRuns(lake, run, refreshBefore),
    readUsage(lake, run),
  ]);
  const { items: albums, unusable, repeated, oddText } = listed;
  const collector = createFieldCollector('album');
  for (const album of albums) collector.add(album);

  const used = usage.requests + usage.tokenRequests;
  const noToken = token.stopped?.Error ?? (token.outcome === 'ISSUED' ? null : token.reason);
  const stoppedBy = listing.stopped?.Error ?? listing.stoppedBy ?? noToken ?? null;
  const endedBy = noToken ?? (ENDS_THE_RUN.has(stoppedBy ?? '') ? stoppedBy : null);

  const waiting = earlier.previous?.waiting ?? {};
  const { planned, notPlanned } = chooseAlbums(
    albums.filter(({ id }) => !earlier.committed.has(id)),
    { format, waiting, endedBy, left: settings.requestsPerRun - used },
  );
  const skipped = albums.map(({ id }) => id).filter((id) => earlier.committed.has(id));
  const plan: Plan = {
    run,
    source: listing.source,
    pages,
    expected: listing.expected,
    listed: albums.length,
    unusablePositions: unusable,
    repeated,
    creditsWithoutId: creditsWithoutId(albums),
    oddText,
    listingStoppedBy: stoppedBy,
    skipped,
    planned,
    notPlanned,
    seenBefore: Object.fromEntries(
      planned.flatMap(({ albumId }) => {
        const oddities = earlier.open.get(albumId);
        return oddities === undefined ? [] : [[albumId, oddities]];
      }),
    ),
    oddities: listed.oddities,
    waiting: Object.fromEntries(
      [...planned, ...notPlanned].map(({ albumId }) => [
        albumId,
        waiting[albumId] ?? run.startedAt,
      ]),
    ),
    fields: collector.fields(),
    ...(earlier.previous && { fieldsBefore: earlier.previous.fields }),
    refreshBefore: refreshBefore.toISOString(),
    mayBeStored: earlier.mayBeStored,
    requests: used,
    requestsPerRun: settings.requestsPerRun,
  };
  await lake.putJson(keys.plan(run), plan);
  return {
    groups: groupsOf(planned.length),
    planned: planned.length,
    listed: albums.length,
    skipped: skipped.length,
    notPlanned: notPlanned.length,
    damaged: earlier.damaged.slice(0, 20),
  };
}

async function readListing(lake: Lake, format: RawFormat, pages: string[]) {
  const stored = await pMap(pages, (key) => lake.get(key), { concurrency: S3_CONCURRENCY });
  const read: PageOfItems[] = [];
  const oddities: Record<string, number> = {};
  let oddText = 0;
  for (const [i, key] of pages.entries()) {
    const bytes = stored[i] as Buffer;
    const page = format.readListing(parseJson(bytes, key), key);
    for (const album of usableItems([page]).items) {
      const text = countOddText(bytes, album);
      const odd = text + creditsWithoutId([album]);
      oddText += text;
      if (odd > 0) oddities[album.id] ??= odd;
    }
    read.push(page);
  }
  return { ...usableItems(read), oddities, oddText };
}
