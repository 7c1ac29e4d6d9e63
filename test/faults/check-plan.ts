import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsFaultPlan, randomAwsFaultPlan } from 'local-aws/faults/aws-faults.ts';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import type { Catalog } from 'spotify-mock/catalog.ts';
import { FAULT_KINDS, type FaultPlan, randomFaultPlan } from 'spotify-mock/faults.ts';
import { LOCAL_CLIENT_SECRET } from 'spotify-mock/server.ts';
import { NOTHING_USED, type Usage } from '../../core/allowance.ts';
import { type Manifest, manifestSchema } from '../../core/lake/manifest.ts';
import { countsOfUsage } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';
import type { Stage } from '../../local/stage.ts';
import { startTestStage } from '../fixtures/local-stage.ts';

export type App = 'extended' | 'development';

/** Waits and pauses between retries of the state machine are cut short; the client's own are real. */
const PACE = { waitMs: 20, retryMs: 20 };
/** What makes a row of a table itself: of two runs that brought it, the later one is asked for. */
const KEYS = {
  albums: 'id',
  tracks: 'id',
  artists: 'id',
  album_artists: 'album_id, position',
  track_artists: 'track_id, position',
} as const;
const TABLES = Object.keys(KEYS) as (keyof typeof KEYS)[];
/** These say where a row came from; the others are what Spotify said. */
const ORIGIN = 'run_id, ingested_at, ingest_date, source';

const LIMITS = { requests: 400, waitSeconds: 60 };
/** Faults that may end a call before it has noted what it did. */
const CUTTING = ['killed-at-call', 'throttled', 'internal-error', 'no-response'];
/** What a call that was cut may leave unconfirmed: a lease and a half, and two requests under way. */
const UNCONFIRMED_A_CUT = 20;

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
      const cuts = sum(stage.awsFaults.struck, CUTTING);
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

interface Run {
  execution: Execution;
  manifest: Manifest | undefined;
  /** Requests that the run counted, be it without a manifest. */
  usage: Usage;
  /** Everything that a person with access to the execution can read. */
  history: string;
}

async function runBatch(stage: Stage, runId: string): Promise<Run> {
  const history: unknown[] = [];
  const onEvent = (event: unknown) => history.push(event);
  const execution = await stage.runBatch(runId, { ...PACE, onEvent });
  const day = new Date().toISOString().slice(0, 10);
  const folder = join(
    stage.lakeFolder,
    `tributary-local-lake/raw/manifests/ingest_date=${day}/run_id=${runId}`,
  );
  const read = (name: string) =>
    existsSync(join(folder, name))
      ? JSON.parse(readFileSync(join(folder, name), 'utf8'))
      : undefined;
  const found = read('manifest.json');
  return {
    execution,
    manifest: found && parseAs(manifestSchema, found, 'manifest.json'),
    usage: read('usage.json') ?? NOTHING_USED,
    history: JSON.stringify([history, execution]),
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

/**
 * Requests are exactly what the API saw, but for those that the run itself says it cannot confirm, and
 * these only where a call was cut. No limit is exceeded.
 */
function accountProblems(stage: Stage, { manifest, usage }: Run, cuts: number): string[] {
  const { token, ...api } = stage.spotify.requests.byEndpoint;
  const seen = sum(api);
  const { requests, tokenRequests, requestsUnconfirmed } = manifest?.counts ?? countsOfUsage(usage);
  const overcounted = requests + tokenRequests - seen - token;
  const problems: string[] = [];
  if (requests < seen || tokenRequests < token || overcounted > requestsUnconfirmed) {
    problems.push(
      `${requests} requests and ${tokenRequests} of tokens counted, ${requestsUnconfirmed} unconfirmed; ` +
        `${seen} and ${token} made`,
    );
  }
  if (requestsUnconfirmed > UNCONFIRMED_A_CUT * cuts) {
    problems.push(`${requestsUnconfirmed} requests unconfirmed, ${cuts} calls cut`);
  }
  if (seen + token > LIMITS.requests) problems.push(`${seen + token} requests are too many`);
  if (usage.waitedMs > LIMITS.waitSeconds * 1_000) problems.push(`${usage.waitedMs} ms waited`);
  return problems;
}

/** Whatever is not in the lake is named, and nothing is named that is not missing. */
function problemsOf({ execution, manifest }: Run, catalog: Catalog): string[] {
  // Before there is a plan, a failed execution with its error is all that can be said.
  if (!manifest) return execution.status === 'FAILED' && execution.error ? [] : ['no manifest'];
  if (execution.status !== 'SUCCEEDED' && !execution.error)
    return [`${execution.status}, no error`];
  const { counts, missing, loaded, skipped, unlisted, status } = manifest;
  const problems: string[] = [];
  if (counts.listed !== counts.loaded + counts.skipped + counts.missing) {
    problems.push(`${counts.listed} listed is not loaded + skipped + missing`);
  }
  if (missing.some(({ reason }) => !reason)) problems.push('something is missing without a reason');
  const named = new Set([
    ...loaded.map(({ albumId }) => albumId),
    ...skipped,
    ...missing.map(({ albumId }) => albumId),
  ]);
  const lost = catalog.albums.filter(({ id }) => !named.has(id)).length;
  const admitted = counts.unlisted > 0 || unlisted.listingStoppedBy !== null;
  if (lost > 0 && !admitted) problems.push(`${lost} albums are missing without a word`);
  if (status === 'COMPLETE' && (lost > 0 || missing.length > 0)) {
    problems.push(`COMPLETE with ${lost + missing.length} albums missing`);
  }
  return problems;
}

/** The rows of each table; with `latest`, each id once, from the last run that brought it. */
async function rowsOf(stage: Stage, latest: boolean): Promise<Map<string, string[]>> {
  const rows = new Map<string, string[]>();
  for (const table of TABLES) {
    const newest = latest
      ? `QUALIFY row_number() OVER (PARTITION BY ${KEYS[table]} ORDER BY ingested_at DESC) = 1`
      : '';
    const result = await stage
      .sql(`SELECT * EXCLUDE (${ORIGIN}) FROM ${table} ${newest}`)
      .catch(() => ({ rows: [] })); // no crawl yet: no table
    rows.set(table, result.rows.map((row) => JSON.stringify(row)).sort());
  }
  return rows;
}

function differences(
  when: string,
  actual: Map<string, string[]>,
  expected: Map<string, string[]>,
): string[] {
  return TABLES.filter(
    (table) => JSON.stringify(actual.get(table)) !== JSON.stringify(expected.get(table)),
  ).map(
    (table) =>
      `${when} ${table} has ${actual.get(table)?.length} rows that are not the ${expected.get(table)?.length} expected`,
  );
}

/** Where a token or the client secret can be read: states, errors, logs, the lake, notifications. */
function leaksOf(stage: Stage, folder: string, runs: Run[]): string[] {
  const secrets = [...stage.spotify.tokens, LOCAL_CLIENT_SECRET];
  const texts = new Map(runs.map(({ history }, i) => [`the history of run ${i}`, history]));
  texts.set('the notifications', stage.notifications.join('\n'));
  for (const part of ['lake', 'logs']) {
    for (const entry of readdirSync(join(folder, part), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.parquet')) continue;
      const path = join(entry.parentPath, entry.name);
      texts.set(path, readFileSync(path, 'utf8'));
    }
  }
  return [...texts]
    .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
    .map(([place]) => `a secret is in ${place}`);
}

const sum = (counts: Record<string, number>, names = Object.keys(counts)) =>
  names.reduce((total, name) => total + (counts[name] ?? 0), 0);
