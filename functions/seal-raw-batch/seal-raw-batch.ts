import pMap from 'p-map';
import * as z from 'zod';
import { S3_CONCURRENCY } from '../../core/lake/earlier-runs.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import {
  type Manifest,
  type Plan,
  planSchema,
  runSchema,
  type Status,
  stopSchema,
} from '../../core/lake/manifest.ts';
import { countOddText } from '../../core/lake/odd-text.ts';
import { isOpen, isShort, odditiesOf } from '../../core/lake/oddities.ts';
import { type Progress, readProgress } from '../../core/lake/progress.ts';
import { countsSince, readStoredAlbum, tracksOf } from '../../core/lake/raw-album.ts';
import { creditsWithoutId } from '../../core/lake/rows.ts';
import { compareFields, createFieldCollector } from '../../core/lake/schema-watch.ts';
import type { RawFormat } from '../../core/lake/source.ts';
import { countsOfUsage, readUsage } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';
import { nothingLoaded, overdueOf, statusOf } from './judge-run.ts';

const requestSchema = z.object({
  run: runSchema,
  /** What the Map counted, or the error that ended it: a limit of the run, a service left alone, a fault. */
  tracks: z.union([z.array(z.unknown()), stopSchema]),
});
export type SealRawBatchRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'SealRawBatch');

export interface SealedBatch {
  manifestKey: string;
  status: Status;
  counts: Manifest['counts'];
  /** Present where none of many albums could be loaded, for another reason than a limit. */
  failure?: { Error: string; Cause: string };
}

/**
 * Writes the manifest. What was loaded is what is in the lake, and not what a function reported: each
 * planned album's object is read. A status of COMPLETE says that every expected album and track is
 * there.
 */
export async function sealRawBatch(
  { run, tracks }: SealRawBatchRequest,
  { lake, format }: { lake: Lake; format: RawFormat },
): Promise<SealedBatch> {
  const plan = parseAs(planSchema, await lake.getJson(keys.plan(run)), keys.plan(run));
  const progress = await readProgress(lake, run);
  const usage = await readUsage(lake, run);
  const stoppedBy = Array.isArray(tracks) ? 'NotInTheLake' : tracks.Error;
  const read = await readLoaded(lake, format, plan, progress?.failures ?? {}, stoppedBy);
  const { loaded, missing } = read;
  missing.push(...plan.notPlanned);
  // Side by side they come in any order; the same run must give the same manifest.
  loaded.sort(byAlbum);
  missing.sort(byAlbum);

  const { changes, fields } = compareFields(plan.fieldsBefore, {
    ...plan.fields,
    ...read.fields,
  });
  const open = loaded
    .filter(({ odd }) => odd?.isOpen && isShort(odd))
    .map(({ albumId }) => albumId);
  const waiting = Object.fromEntries(
    [...missing.map(({ albumId }) => albumId), ...open].map((albumId) => [
      albumId,
      plan.waiting[albumId] ?? run.startedAt,
    ]),
  );
  const tracksMissing = loaded.reduce((sum, { odd }) => sum + (odd?.missing ?? 0), 0);
  const unlisted = Math.max(0, plan.expected - plan.listed);
  const { status, deferred } = statusOf({
    listingStoppedBy: plan.listingStoppedBy,
    unlisted,
    missing,
    open: open.length,
  });
  const manifest: Manifest = {
    run,
    status,
    source: plan.source,
    pages: plan.pages,
    counts: {
      expected: plan.expected,
      listed: plan.listed,
      skipped: plan.skipped.length,
      loaded: loaded.length,
      missing: missing.length,
      deferred,
      overdue: overdueOf(waiting, run),
      unlisted,
      tracks: loaded.reduce((sum, album) => sum + album.tracks, 0),
      tracksMissing: Math.min(Number.MAX_SAFE_INTEGER, tracksMissing),
      unusable: plan.unusablePositions.length + read.unusable,
      repeated: plan.repeated + read.repeated,
      creditsWithoutId: plan.creditsWithoutId + read.creditsWithoutId,
      oddText: plan.oddText + read.oddText,
      ...countsOfUsage(usage),
    },
    loaded,
    skipped: plan.skipped,
    missing,
    unlisted: {
      unusablePositions: plan.unusablePositions,
      listingStoppedBy: plan.listingStoppedBy,
    },
    waiting,
    fields,
    fieldChanges: changes,
  };
  await lake.putJson(keys.manifest(run), manifest);
  const failure = nothingLoaded(manifest);
  return {
    manifestKey: keys.manifest(run),
    status,
    counts: manifest.counts,
    ...(failure && { failure }),
  };
}

async function readLoaded(
  lake: Lake,
  format: RawFormat,
  plan: Plan,
  failures: Progress['failures'],
  stoppedBy: string,
) {
  const collector = createFieldCollector('track');
  const loaded: Manifest['loaded'] = [];
  const missing: Manifest['missing'] = [];
  const sums = { unusable: 0, repeated: 0, creditsWithoutId: 0, oddText: 0 };
  await pMap(
    plan.planned,
    async ({ albumId, totalTracks }) => {
      const failure = failures[albumId];
      const stored = failure
        ? undefined
        : await readStoredAlbum(lake, format, albumId, countsSince(plan, albumId));
      if (!stored) return void missing.push({ albumId, reason: failure ?? stoppedBy });
      const { tracks, ...counted } = tracksOf(stored.pages, totalTracks);
      const items = stored.pages.map((page) => page.items);
      const of = {
        creditsWithoutId: creditsWithoutId(tracks),
        oddText: countOddText(stored.bytes, items),
      };
      const odd = {
        ...counted,
        ...of,
        // The album's own are counted with the listing.
        oddText: of.oddText + (plan.oddities[albumId] ?? 0),
      };
      const open = isOpen(odd, plan.seenBefore[albumId]);
      loaded.push({
        albumId,
        key: keys.albumTracks(albumId),
        tracks: tracks.length,
        ...(odditiesOf(odd) > 0 && { odd: { ...odd, isOpen: open } }),
      });
      for (const track of tracks) collector.add(track);
      sums.unusable += counted.unusable;
      sums.repeated += counted.repeated;
      sums.creditsWithoutId += of.creditsWithoutId;
      sums.oddText += of.oddText;
    },
    { concurrency: S3_CONCURRENCY },
  );
  return { loaded, missing, ...sums, fields: collector.fields() };
}

const byAlbum = (a: { albumId: string }, b: { albumId: string }) =>
  a.albumId < b.albumId ? -1 : 1;
