import * as z from 'zod';
import type { Limits } from '../../core/allowance.ts';
import { AccessTokenExpired } from '../../core/errors.ts';
import { albumsOfGroup } from '../../core/lake/groups.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { planSchema, runSchema } from '../../core/lake/manifest.ts';
import {
  openGroup,
  type Progress,
  type QueuedAlbum,
  readProgress,
} from '../../core/lake/progress.ts';
import { countsSince } from '../../core/lake/raw-album.ts';
import type { AlbumSource } from '../../core/lake/source.ts';
import { openAllowance } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';
import type { AccessToken } from '../runtime/access-token.ts';
import { type AlbumOutcome, fetchRound, type Round } from './fetch-round.ts';
import { fetchAlbum, storedTracks } from './store-album.ts';

const requestSchema = z.object({
  run: runSchema,
  token: z.object({ expiresAt: z.string() }),
  group: z.int().nonnegative(),
});
export type FetchAlbumTracksRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'FetchAlbumTracks');

/** What the state holds of the albums: counts, and what became of those of this call. */
export interface FetchedAlbums {
  /**
   * MORE: call again. WAIT: call again after `waitSeconds`. TOKEN_EXPIRED: with another token. STOPPED: this
   * run fetches nothing more, for `reason`.
   */
  outcome: 'MORE' | 'WAIT' | 'TOKEN_EXPIRED' | 'DONE' | 'STOPPED';
  waitSeconds: number;
  /** Why the run waits, or why it leaves the rest alone. */
  reason: string | null;
  /** Of all groups. */
  planned: number;
  /** Albums of this group and those before it that are in raw or have failed for good. */
  done: number;
  requests: number;
  albums: AlbumOutcome[];
}

interface Dependencies {
  source: AlbumSource;
  accessToken: AccessToken;
  lake: Lake;
  limits: Limits;
  /** Albums at a time. */
  concurrency: number;
  remainingMs: () => number;
  clock?: () => number;
}

/** A call is short, so that little is lost with it and anyone who watches sees progress. */
const CALL_MS = 15_000;
/** Enough for the last request's retries and for what has to be written. */
const MARGIN_MS = 60_000;
/** A run that lasts longer is not what its settings meant; the machine itself ends after six hours. */
const RUN_MS = 3 * 3_600_000;
/** Keeps the history of an execution within Step Functions' 25,000 events, retries included. */
const MOST_CALLS = 400;
const PROBE_AFTER_SECONDS = 10;
/** One write for so many requests; a call that is cut leaves them unconfirmed. */
const LEASE = 10;

/**
 * Stores the tracks of a group of albums in raw, several at a time, for 15 seconds, and says how to
 * go on. One album that cannot be fetched costs itself; a service that fails for several albums in a
 * row is tried once more after a pause and then left alone.
 */
export async function fetchAlbumTracks(
  { run, token, group }: FetchAlbumTracksRequest,
  { source, accessToken, lake, limits, concurrency, remainingMs, clock = Date.now }: Dependencies,
): Promise<FetchedAlbums> {
  const start = clock();
  const runEnd = Date.parse(run.startedAt) + RUN_MS;
  const deadline = start + remainingMs() - MARGIN_MS;
  const [storedPlan, stored, allowance] = await Promise.all([
    lake.getJson(keys.plan(run)),
    readProgress(lake, run),
    openAllowance(lake, run, limits, { lease: LEASE, deadline, clock }),
  ]);
  const plan = parseAs(planSchema, storedPlan, keys.plan(run));
  const progress = openGroup(stored, plan, group);
  const used = () => allowance.usage.requests + allowance.usage.tokenRequests;
  // More requests than the last call noted: it was cut, and some of its albums may be there.
  const mayBeStored = plan.mayBeStored || used() !== progress.requests;

  const fetchInTurn = (accessToken: string) => async (album: QueuedAlbum) => {
    const stored =
      mayBeStored && album.stored === undefined
        ? await storedTracks(source, lake, album, countsSince(plan, album.albumId))
        : undefined;
    if (stored) return async () => stored;
    return fetchAlbum(source, lake, { accessToken, allowance }, album);
  };
  const work = (value: string) =>
    fetchRound(progress, {
      concurrency,
      hasTime: () => clock() < Math.min(start + CALL_MS, deadline, runEnd),
      fetchAlbum: fetchInTurn(value),
    });
  let round: Round;
  try {
    round = await accessToken.use(token.expiresAt, work);
  } catch (error) {
    if (!(error instanceof AccessTokenExpired)) throw error;
    round = { albums: [], stop: { kind: 'TOKEN_EXPIRED' } };
  } finally {
    await allowance.save();
  }

  progress.calls += 1;
  const next = goOn(progress, round, (seconds) => allowance.pause(seconds * 1_000));
  if (next.outcome !== 'DONE' && (clock() >= runEnd || progress.calls >= MOST_CALLS)) {
    Object.assign(next, { outcome: 'STOPPED', waitSeconds: 0, reason: 'TimeSpent' });
  }
  await allowance.save();
  await lake.putJson(keys.progress(run), { ...progress, requests: used() });
  const left = new Set(progress.queue.map(({ albumId }) => albumId)).size;
  const { albums, before } = albumsOfGroup(plan, group);
  return {
    ...next,
    planned: plan.planned.length,
    done: before + albums.length - left,
    requests: used(),
    albums: round.albums,
  };
}

type Next = Pick<FetchedAlbums, 'outcome' | 'waitSeconds' | 'reason'>;

/** What follows a round; `canWait` accounts for the seconds and says whether the run has them. */
function goOn(
  progress: Progress,
  { stop, albums }: Round,
  canWait: (seconds: number) => boolean,
): Next {
  const wasProbe = progress.isProbe;
  progress.isProbe = false;
  if (!stop || stop.kind === 'FAILING') {
    if (progress.queue.length === 0) return { outcome: 'DONE', waitSeconds: 0, reason: null };
  }
  const waitFor = (waitSeconds: number, reason: string): Next =>
    canWait(waitSeconds)
      ? { outcome: 'WAIT', waitSeconds, reason }
      : { outcome: 'STOPPED', waitSeconds: 0, reason };
  switch (stop?.kind) {
    case undefined:
      return { outcome: 'MORE', waitSeconds: 0, reason: null };
    case 'LIMIT':
      return { outcome: 'STOPPED', waitSeconds: 0, reason: stop.reason };
    case 'TOKEN_EXPIRED':
      return { outcome: 'TOKEN_EXPIRED', waitSeconds: 0, reason: 'AccessTokenExpired' };
    case 'RATE_LIMITED':
      progress.isProbe = wasProbe && albums.length === 0;
      return waitFor(Math.max(1, stop.seconds), 'RateLimited');
    case 'FAILING':
      if (wasProbe) return { outcome: 'STOPPED', waitSeconds: 0, reason: stop.reason };
      progress.isProbe = true;
      return waitFor(PROBE_AFTER_SECONDS, stop.reason);
  }
}
