import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { FaultPlan } from 'spotify-mock/faults.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import type { Stage } from '../../local/stage.ts';
import { startTestStage } from '../fixtures/local-stage.ts';
import { packagedService } from '../fixtures/packaged-service.ts';

const PACE = { waitMs: 10, retryMs: 0 };
const tokenAndQuota: FaultPlan = {
  seed: 0,
  faults: [
    { kind: 'token-expiry', endpoint: 'album-tracks', at: 0, times: 1 },
    { kind: 'quota', endpoint: 'album-tracks', at: 3, times: 1 },
  ],
};

let stage: Stage & { end(): Promise<void> };
let s3: S3Client;
let runs = 0;
beforeAll(async () => {
  stage = await startTestStage({
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 4, seed: 1 }) },
    environment: { SPOTIFY_REQUESTS_PER_SECOND: '1000' },
    rules: PACE,
  });
  s3 = new S3Client({
    endpoint: stage.endpoints.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}, 120_000);
afterAll(async () => {
  s3.destroy();
  await stage.end();
});

async function outcomeOf(): Promise<string> {
  const { status, error, output } = await stage.runBatch(`run-${runs++}`, PACE);
  const { batch } = (output ?? {}) as { batch?: { status: string } };
  return `${status} ${error ?? batch?.status}`;
}

/** What each of these ends as when every policy is as it is deployed. */
const scenarios = {
  'a run without faults': {
    expected: 'SUCCEEDED COMPLETE',
    run: outcomeOf,
  },
  'a run whose token expires and whose quota is used up, and one that goes on': {
    expected: 'SUCCEEDED DEFERRED, then SUCCEEDED COMPLETE',
    async run() {
      stage.spotify.setFaults(tokenAndQuota);
      const deferred = await outcomeOf();
      stage.spotify.setFaults(undefined);
      return `${deferred}, then ${await outcomeOf()}`;
    },
  },
  'a rebuild of the tables': {
    expected: 'SUCCEEDED COMPLETE, then SUCCEEDED 1 rebuilt',
    async run() {
      const before = await outcomeOf();
      const input = { rebuild: {} };
      const { status, output } = await stage.runBatch(`run-${runs++}`, { ...PACE, input });
      const { rebuilt } = (output ?? {}) as { rebuilt?: { rebuilt: number } };
      return `${before}, then ${status} ${rebuilt?.rebuilt} rebuilt`;
    },
  },
  'a run that fails': {
    expected: 'FAILED RawDataMissing, 1 notified',
    async run() {
      const before = stage.notifications.length;
      const key = 'raw/manifests/ingest_date=2026-01-01/run_id=none/manifest.json';
      const input = { detail: { object: { key } } };
      const { status, error } = await stage.runBatch(`run-${runs++}`, { ...PACE, input });
      return `${status} ${error}, ${stage.notifications.length - before} notified`;
    },
  },
  'a manifest that is uploaded, and cannot be read': {
    expected: 'FAILED InvalidInput',
    async run() {
      await s3.send(
        new PutObjectCommand({
          Bucket: 'tributary-local-lake',
          Key: 'raw/manifests/ingest_date=2026-01-01/run_id=backfill-1/manifest.json',
          Body: '{}',
        }),
      );
      const { status, error } = (await stage.startedByRules.pop()) ?? {};
      return `${status} ${error}`;
    },
  },
  'a run to record whose manifest is missing': {
    expected: 'RawDataMissing',
    run: () =>
      stage.lambda
        .invoke('tributary-local-recordRun', {
          run: { runId: 'run-x', startedAt: '2026-01-01T00:00:00.000Z' },
          manifestKey: 'raw/manifests/ingest_date=2026-01-01/run_id=run-x/manifest.json',
        })
        .then(
          () => 'recorded',
          ({ name }: Error) => name,
        ),
  },
  'a start that the schedule may not make': {
    expected: 'not allowed to states:StartExecution, 1 kept',
    run: () =>
      without('ScheduleRole', 'states:StartExecution', async () => {
        const before = stage.failedStarts.length;
        const said = await outcomeOf().catch(({ message }: Error) => message);
        const [what] = /not allowed to \S+/.exec(said) ?? [said];
        return `${what}, ${stage.failedStarts.length - before} kept`;
      }),
  },
};

/** Takes an action away from a role for as long as `work` lasts. */
async function without<T>(role: string, action: string, work: () => Promise<T>): Promise<T> {
  const all = stage.roles.get(role) ?? [];
  stage.roles.set(
    role,
    all.filter(({ actions }) => !actions.includes(action)),
  );
  try {
    return await work();
  } finally {
    stage.roles.set(role, all);
  }
}

/** The scenario that was the first to need a permission, by `<role>: <action>`. */
const neededIn = new Map<string, string>();

/** Of the scenarios, which begin with the one that is likely to differ. */
async function firstDifference(likely?: string): Promise<string | undefined> {
  const all = Object.entries(scenarios).sort(
    ([a], [b]) => Number(b === likely) - Number(a === likely),
  );
  for (const [name, { expected, run }] of all) {
    stage.emptyLake();
    stage.spotify.setFaults(undefined);
    stage.spotify.reset();
    const before = stage.unusedPermissions();
    const outcome = await run().catch(({ message }: Error) => message);
    if (outcome !== expected) return `${name}: ${outcome}`;
    const after = new Set(stage.unusedPermissions());
    for (const each of before) if (!after.has(each)) neededIn.set(each, name);
  }
  return undefined;
}

const service = await packagedService();
const isOfStreaming = (role: string) => /Sessions/.test(role);
// AWS lists no calls of a crawl: the role has what the managed policy lists for its tables.
const isOfCrawl = (permission: string) => permission.startsWith('CuratedCrawlerRole: glue:');
const statements = [...service.roles]
  // streaming/policies.test.ts has these.
  .filter(([role]) => !isOfStreaming(role))
  .flatMap(([role, all]) =>
    all.map(({ actions: [action = '', ...others] }, index) => ({
      role,
      index,
      action,
      actions: [action, ...others].join(', '),
    })),
  );

it('runs as expected with the policies that are deployed, and uses all that is in them', async () => {
  expect(await firstDifference()).toBeUndefined();
  const unused = stage.unusedPermissions();
  expect(unused.filter((each) => !isOfStreaming(each) && !isOfCrawl(each))).toEqual([]);
});

it.each(statements)('needs $actions of $role', async ({ role, index, action }) => {
  const all = stage.roles.get(role) ?? [];
  stage.roles.set(
    role,
    all.filter((_, i) => i !== index),
  );
  try {
    expect(await firstDifference(neededIn.get(`${role}: ${action}`))).toBeDefined();
  } finally {
    stage.roles.set(role, all);
  }
});
