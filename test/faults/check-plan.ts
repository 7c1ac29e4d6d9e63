import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import type { Catalog } from 'spotify-mock/catalog.ts';
import type { FaultPlan } from 'spotify-mock/faults.ts';
import { LOCAL_CLIENT_SECRET } from 'spotify-mock/server.ts';
import { type Manifest, manifestSchema } from '../../core/lake/manifest.ts';
import { parseAs } from '../../core/parse.ts';
import type { Stage } from '../../local/stage.ts';
import { startTestStage } from '../fixtures/local-stage.ts';

export type App = 'extended' | 'development';

/** Waits and pauses between retries of the state machine are cut short; the client's own are real. */
const PACE = { waitMs: 20, retryMs: 20 };
const TABLES = ['albums', 'tracks', 'artists', 'album_artists', 'track_artists'] as const;
/** These say where a row came from; the others are what Spotify said. */
const ORIGIN = 'run_id, ingested_at, ingest_date, source';

export interface Verdict {
  /** What the manifest of the faulty run says. */
  status: string;
  /** The execution ended as failed, because it could list nothing at all. */
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
    environment: { SPOTIFY_REQUESTS_PER_SECOND: '1000', SPOTIFY_TIMEOUT_SECONDS: '5' },
  });
  let runs = 0;
  const run = () => runBatch(stage, `run-${String(runs++).padStart(3, '0')}`);
  await run();
  const expected = await rowsOf(stage, false);

  return {
    end: stage.end,
    expected,
    async checkPlan(plan: FaultPlan): Promise<Verdict> {
      stage.emptyLake();
      stage.spotify.reset();
      stage.spotify.setFaults(plan);
      const faulty = await run();
      const faulted = sum(stage.spotify.requests.faulted);
      const problems = [
        ...problemsOf(faulty, catalog),
        ...(faulty.manifest?.status === 'COMPLETE'
          ? differences('the run says COMPLETE, but', await rowsOf(stage, false), expected)
          : []),
      ];

      stage.spotify.reset();
      stage.spotify.setFaults(undefined);
      const next = await run();
      const nextTrackRequests = stage.spotify.requests.byEndpoint['album-tracks'];
      if (next.manifest?.status !== 'COMPLETE') {
        problems.push(`the next run is ${next.manifest?.status}`);
      }
      problems.push(...differences('after the next run', await rowsOf(stage, true), expected));
      if (faulty.manifest?.status === 'COMPLETE' && nextTrackRequests > 0) {
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
  /** Everything that a person with access to the execution can read. */
  history: string;
}

async function runBatch(stage: Stage, runId: string): Promise<Run> {
  const history: unknown[] = [];
  const onEvent = (event: unknown) => history.push(event);
  const execution = await stage.runBatch(runId, { ...PACE, onEvent });
  const bucket = join(stage.lakeFolder, 'tributary-local-lake');
  const day = new Date().toISOString().slice(0, 10);
  const file = join(bucket, `raw/manifests/ingest_date=${day}/run_id=${runId}/manifest.json`);
  const manifest = existsSync(file)
    ? parseAs(manifestSchema, JSON.parse(readFileSync(file, 'utf8')), file)
    : undefined;
  return { execution, manifest, history: JSON.stringify([history, execution]) };
}

/** Whatever is not in the lake is named, and nothing is named that is not missing. */
function problemsOf({ execution, manifest }: Run, catalog: Catalog): string[] {
  if (!manifest) return [`no manifest: ${execution.error} ${execution.cause}`];
  const { counts, missing, loaded, skipped, unlisted, status } = manifest;
  const problems: string[] = [];
  if (execution.status === 'FAILED' && !(counts.listed === 0 && unlisted.listingStoppedBy)) {
    problems.push(`failed with ${execution.error} ${execution.cause}`);
  }
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
    const distinct = latest ? 'DISTINCT' : '';
    const answer = await stage
      .sql(`SELECT ${distinct} * EXCLUDE (${ORIGIN}) FROM ${table}`)
      .catch(() => ({ rows: [] })); // no crawl yet: no table
    rows.set(table, answer.rows.map((row) => JSON.stringify(row)).sort());
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
    .map(([place]) => `a secret stands in ${place}`);
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
