import pMap from 'p-map';
import * as z from 'zod';
import { S3_CONCURRENCY } from '../../core/lake/commit-markers.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import {
  type Manifest,
  parseAs,
  planSchema,
  runSchema,
  type Status,
  stopSchema,
} from '../../core/lake/manifest.ts';
import { countStoredTracks } from '../../core/lake/raw-album.ts';

const requestSchema = z.object({
  run: runSchema,
  /** What the Map brought, or the error that ended it, in which case the lake alone tells. */
  tracks: z.union([
    z.array(
      z.object({
        albumId: z.string(),
        requests: z.optional(z.int()),
        reason: z.optional(z.string()),
      }),
    ),
    stopSchema,
  ]),
});
export type SealRawBatchRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'SealRawBatch');

export interface SealedBatch {
  manifestKey: string;
  status: Status;
  counts: Manifest['counts'];
}

/** The next run brings these by itself. */
const DEFERRING = new Set(['QuotaExhausted', 'RateLimited', 'BudgetSpent']);

/**
 * Writes the manifest. What loaded is what lies in the lake, whole, and not what somebody reported:
 * each planned album's object is read. A status of COMPLETE says that every expected album is there.
 */
export async function sealRawBatch(
  { run, tracks }: SealRawBatchRequest,
  { lake }: { lake: Lake },
): Promise<SealedBatch> {
  const plan = parseAs(planSchema, await lake.getJson(keys.plan(run)), keys.plan(run));
  const stopped = Array.isArray(tracks) ? undefined : tracks.Error;
  const reports = new Map((Array.isArray(tracks) ? tracks : []).map((t) => [t.albumId, t]));

  const loaded: Manifest['loaded'] = [];
  const missing: Manifest['missing'] = plan.overBudget.map((albumId) => ({
    albumId,
    reason: 'BudgetSpent',
  }));
  await pMap(
    plan.planned,
    async (albumId) => {
      const report = reports.get(albumId);
      const count = report?.reason
        ? undefined
        : await countStoredTracks(lake, albumId, plan.refreshBefore);
      if (count !== undefined) {
        loaded.push({ albumId, key: keys.albumTracks(albumId), tracks: count });
      } else {
        missing.push({ albumId, reason: report?.reason ?? stopped ?? 'NotInTheLake' });
      }
    },
    { concurrency: S3_CONCURRENCY },
  );
  // Side by side they come in any order; the same run must give the same manifest.
  const byAlbum = (a: { albumId: string }, b: { albumId: string }) =>
    a.albumId < b.albumId ? -1 : 1;
  loaded.sort(byAlbum);
  missing.sort(byAlbum);

  const unlisted = Math.max(0, plan.expected - plan.listed);
  const requests = [...reports.values()].reduce((sum, t) => sum + (t.requests ?? 0), plan.requests);
  const manifest: Manifest = {
    run,
    status: statusOf(plan.listingStoppedBy, unlisted, missing),
    source: plan.source,
    pages: plan.pages,
    counts: {
      expected: plan.expected,
      listed: plan.listed,
      skipped: plan.skipped.length,
      loaded: loaded.length,
      missing: missing.length,
      unlisted,
      tracks: loaded.reduce((sum, album) => sum + album.tracks, 0),
      requests,
    },
    loaded,
    skipped: plan.skipped,
    missing,
    unlisted: {
      unusablePositions: plan.unusablePositions,
      listingStoppedBy: plan.listingStoppedBy,
    },
  };
  await lake.putJson(keys.manifest(run), manifest);
  return { manifestKey: keys.manifest(run), status: manifest.status, counts: manifest.counts };
}

function statusOf(
  listingStoppedBy: string | null,
  unlisted: number,
  missing: Manifest['missing'],
): Status {
  const reasons = [...missing.map(({ reason }) => reason), listingStoppedBy ?? ''];
  if (reasons.some((reason) => DEFERRING.has(reason))) return 'DEFERRED';
  return missing.length > 0 || unlisted > 0 || listingStoppedBy !== null ? 'PARTIAL' : 'COMPLETE';
}
