import pMap from 'p-map';
import type { Manifest } from '../../core/lake/manifest.ts';
import type { CommitMarker, Papers, Plan, RunSummary, Usage } from '../model/api.ts';
import { reasonsOf } from '../model/verdict.ts';
import type { Clients } from './clients.ts';
import { getJson, listKeys } from './lake-objects.ts';
import type { Runs } from './runs.ts';
import type { Stage } from './stage.ts';

const DAY_MS = 86_400_000;

/** Sealed manifests never change, so each is read once. */
export class RunHistory {
  readonly #manifests = new Map<string, Manifest>();
  readonly #clients: Clients;
  readonly #stage: Stage;
  readonly #runs: Runs;

  constructor(clients: Clients, stage: Stage, runs: Runs) {
    this.#clients = clients;
    this.#stage = stage;
    this.#runs = runs;
  }

  /** The runs of the last days, the oldest first: executions, and what their manifests count. */
  async last(days: number): Promise<RunSummary[]> {
    const since = Date.now() - days * DAY_MS;
    const executions = (await this.#runs.list(100)).filter(({ startedAt }) => startedAt >= since);
    const dates = [...new Set(executions.map(({ startedAt }) => dayOf(startedAt)))];
    const keys = (await pMap(dates, (date) => this.#manifestKeys(date), { concurrency: 8 })).flat();
    await pMap(keys, (key) => this.manifest(key), { concurrency: 8 });
    const byRun = new Map([...this.#manifests.values()].map((each) => [each.run.runId, each]));
    return executions
      .map(({ name, status, startedAt, stoppedAt }) => {
        const manifest = status === 'FAILED' ? undefined : byRun.get(name);
        const stoppedBy = manifest?.unlisted.listingStoppedBy;
        return {
          runId: name,
          status: manifest && stoppedAt !== undefined ? manifest.status : status,
          startedAt,
          reasons: reasonsOf(manifest),
          ...(stoppedAt !== undefined && { seconds: (stoppedAt - startedAt) / 1_000 }),
          ...(manifest && { counts: manifest.counts }),
          ...(stoppedBy && { listingStoppedBy: stoppedBy }),
        };
      })
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  async #manifestKeys(date: string): Promise<string[]> {
    const prefix = `raw/manifests/ingest_date=${date}/`;
    const found = await listKeys(this.#clients.s3, this.#stage.buckets.lake, prefix);
    return found.map(({ key }) => key).filter((key) => key.endsWith('/manifest.json'));
  }

  async manifest(key: string): Promise<Manifest | undefined> {
    const known = this.#manifests.get(key);
    if (known) return known;
    const read = (await getJson(this.#clients.s3, this.#stage.buckets.lake, key)) as
      | Manifest
      | undefined;
    if (read) this.#manifests.set(key, read);
    return read;
  }

  /** Those read so far, the newest first. */
  manifests(): Manifest[] {
    return [...this.#manifests.values()].sort((a, b) =>
      a.run.startedAt < b.run.startedAt ? 1 : -1,
    );
  }

  /** What a run decided, brought and stored: its plan, manifest and commit marker, as far as they exist. */
  async papers(runId: string, startedAt: number): Promise<Papers> {
    const folder = `raw/manifests/ingest_date=${dayOf(startedAt)}/run_id=${runId}`;
    const { s3 } = this.#clients;
    const bucket = this.#stage.buckets.lake;
    const [plan, usage, manifest, commit] = await Promise.all([
      getJson(s3, bucket, `${folder}/plan.json`),
      getJson(s3, bucket, `${folder}/usage.json`),
      this.manifest(`${folder}/manifest.json`),
      getJson(s3, bucket, `${folder}/commit.json`),
    ]);
    return {
      ...(plan !== undefined && { plan: plan as Plan }),
      ...(usage !== undefined && { usage: usage as Usage }),
      ...(manifest && { manifest }),
      ...(commit !== undefined && { commit: commit as CommitMarker }),
    };
  }
}

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
