import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsFaultPlan, randomAwsFaultPlan } from 'local-aws/faults/aws-faults.ts';
import type { Catalog } from 'spotify-mock/catalog.ts';
import { FAULT_KINDS, type FaultPlan, randomFaultPlan } from 'spotify-mock/faults.ts';
import { startTestStage } from '../fixtures/local-stage.ts';
import { accountProblems, CUTTING_FAULTS, LIMITS, leaksOf, problemsOf, sum } from './problems.ts';
import { type Run, runBatch } from './run-batch.ts';
import { differences, rowsOf } from './tables.ts';

export type App = 'extended' | 'development';

/** Faults of Spotify's side, of AWS's side, or of both. */
export interface Plans {
  spotify?: FaultPlan;
  aws?: AwsFaultPlan;
}

const FUNCTIONS = [
  'fetchToken',
  'listNewReleases',
  'planAlbums',
  'fetchAlbumTracks',
  'sealRawBatch',
  'transformBatch',
  'runCrawler',
  'recordRun',
];

/** Every kind of fault of Spotify's side; each second plan has some of AWS's side, too. */
export const randomPlans = (seed: number): Plans => ({
  spotify: randomFaultPlan(seed, { kinds: FAULT_KINDS, tokens: true }),
  ...(seed % 2 === 0 && { aws: randomAwsFaultPlan(seed, FUNCTIONS) }),
});

export interface Verdict {
  /** What the manifest of the faulty run says. */
  status: string;
  /** The execution ended as failed, and says why. */
  failed: boolean;
  loaded: number;
  missing: number;
  unlisted: number;
  faulted: number;
  /** Track requests of the run after it, which must make up for what was missing. */
  nextTrackRequests: number;
  /** Empty when everything held. */
  problems: string[];
}

/** A local stage for one kind of app, and the rows of a run without faults. */
export async function givenFaultStage(app: App, catalog: Catalog) {
  const stage = await startTestStage({
    spotify: { app, catalog },
    environment: {
      SPOTIFY_REQUESTS_PER_SECOND: '1000',
      SPOTIFY_TIMEOUT_SECONDS: '1',
      SPOTIFY_REQUESTS_PER_RUN: String(LIMITS.requests),
      SPOTIFY_LONGEST_WAIT_SECONDS: String(LIMITS.waitSeconds),
    },
  });
  let runs = 0;
  const run = () => runBatch(stage, `run-${String(runs++).padStart(3, '0')}`);
  await run();
  const expected = await rowsOf(stage, false);

  return {
    end: stage.end,
    expected,
    async checkPlan({ spotify, aws }: Plans): Promise<Verdict> {
      stage.emptyLake();
      stage.spotify.reset();
      stage.spotify.setFaults(spotify);
      stage.awsFaults.setPlan(aws);
      const faulty = await run();
      const faulted = sum(stage.spotify.requests.faulted);
      const cuts = sum(stage.awsFaults.struck, CUTTING_FAULTS);
      stage.spotify.setFaults(undefined);
      stage.awsFaults.setPlan(undefined);
      const problems = [
        ...problemsOf(faulty, catalog),
        ...accountProblems(stage, faulty, cuts),
        ...(isExact(faulty)
          ? differences('the run says COMPLETE, but', await rowsOf(stage, false), expected)
          : []),
      ];

      // A crawl that was stuck ends before the next run begins, as it would within a day.
      if (stage.awsFaults.struck['crawl-stuck']) await sleep(6_000);
      stage.spotify.reset();
      const next = await run();
      const nextTrackRequests = stage.spotify.requests.byEndpoint['album-tracks'];
      if (next.manifest?.status !== 'COMPLETE' || next.execution.status !== 'SUCCEEDED') {
        problems.push(`the next run is ${next.manifest?.status}, ${next.execution.error}`);
      }
      problems.push(
        ...accountProblems(stage, next, 0),
        ...differences('after the next run', await rowsOf(stage, true), expected),
      );
      if (isExact(faulty) && nextTrackRequests > 0) {
        problems.push(`a run after a COMPLETE one made ${nextTrackRequests} track requests`);
      }
      problems.push(...leaksOf(stage, stage.folder, [faulty, next]));
      const counts = faulty.manifest?.counts;
      return {
        status: faulty.manifest?.status ?? 'no manifest',
        failed: faulty.execution.status === 'FAILED',
        loaded: counts?.loaded ?? 0,
        missing: counts?.missing ?? 0,
        unlisted: counts?.unlisted ?? 0,
        faulted,
        nextTrackRequests,
        problems,
      };
    },
  };
}

/**
 * Every row is there as it should be. What is odd is counted, and its rows are not those expected; an
 * execution that failed behind its manifest, in its crawl for example, names the error.
 */
const isExact = ({ execution, manifest }: Run): boolean =>
  execution.status === 'SUCCEEDED' &&
  manifest?.status === 'COMPLETE' &&
  manifest.counts.oddText === 0 &&
  manifest.counts.creditsWithoutId === 0;
