import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { RuleStart } from 'local-aws/events/triggers.ts';
import type { ExecutionEvent } from 'local-aws/step-functions/run-state-machine.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Manifest } from '../../core/lake/manifest.ts';
import type { Stage } from '../../local/stage.ts';
import { startTestStage } from '../fixtures/local-stage.ts';
import { packagedService } from '../fixtures/packaged-service.ts';

const LAKE = 'tributary-local-lake';
const starts: RuleStart[] = [];
const events: ExecutionEvent[] = [];
let stage: Stage & { end(): Promise<void> };
let s3: S3Client;
let manifest: Manifest;

beforeAll(async () => {
  stage = await startTestStage({
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 3, seed: 1 }) },
    environment: { SPOTIFY_REQUESTS_PER_SECOND: '1000' },
    rules: {
      waitMs: 10,
      retryMs: 0,
      onStart: (start) => starts.push(start),
      onEvent: (event) => events.push(event),
    },
  });
  s3 = new S3Client({
    endpoint: stage.endpoints.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { status, output } = await stage.runBatch('own', { waitMs: 10 });
  expect(status).toBe('SUCCEEDED');
  const { manifestKey } = (output as { batch: { manifestKey: string } }).batch;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: LAKE, Key: manifestKey }));
  manifest = JSON.parse((await Body?.transformToString()) ?? '');
}, 120_000);
afterAll(async () => {
  s3.destroy();
  await stage.end();
});
beforeEach(() => {
  for (const list of [starts, events, stage.startedByRules, stage.failedStarts]) list.splice(0);
});

/** The manifest of the stage's own run, for another run. */
const manifestOf = (runId: string): Manifest => ({ ...manifest, run: { ...manifest.run, runId } });

const put = (Key: string, { Bucket = LAKE, content = manifestOf('backfill-1') as unknown } = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(content) }));

it('starts the machine at TransformBatch, and brings the rows of the run into the tables', async () => {
  const loaded = manifestOf('backfill-2026-10');
  const key = keys.manifest(loaded.run);
  await put(key, { content: loaded });

  expect(stage.startedByRules).toHaveLength(1);
  const execution = await stage.startedByRules[0];
  expect(execution).toMatchObject({
    status: 'SUCCEEDED',
    output: { record: { uploadedManifest: true } },
  });
  // EventBridge names an execution by the event's id and one of its own.
  expect(execution?.name).toMatch(/^[0-9a-f-]{36}_[0-9a-f-]{36}$/);
  expect(starts).toMatchObject([
    { rule: 'tributary-local-loaded-manifest', name: execution?.name, key },
  ]);
  const entered = events.filter(({ type }) => type === 'entered').map(({ state }) => state);
  expect(entered.slice(0, 3)).toEqual(['WhatStarted', 'AcceptUploadedManifest', 'TransformBatch']);
  expect(entered.at(-1)).toBe('RunRecorded');
  expect(events[0]?.input).toEqual({
    version: '0',
    id: execution?.name.slice(0, 36),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${LAKE}`],
    detail: {
      version: '0',
      bucket: { name: LAKE },
      object: {
        key,
        size: JSON.stringify(loaded).length,
        etag: expect.stringMatching(/^[0-9a-f]{32}$/),
        sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      },
      'request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  });

  const { rows } = await stage.sql(
    `SELECT r.status, r.loaded, (SELECT count(*) FROM albums WHERE run_id = r.run_id)
     FROM runs r WHERE r.run_id = 'backfill-2026-10'`,
  );
  expect(rows).toEqual([['COMPLETE', 3, '3']]);
});

it('starts nothing by the manifests that the machine itself seals', async () => {
  await stage.runBatch('own-2', { waitMs: 10 });
  expect(stage.startedByRules).toEqual([]);
});

it.each([
  ['beside the zone', `copy/${keys.manifest({ runId: 'backfill-1', startedAt: '2026-10-01' })}`],
  ['that is no manifest', keys.plan({ runId: 'backfill-1', startedAt: '2026-10-01' })],
  ['of a run that is no backfill', keys.manifest({ runId: 'upload-1', startedAt: '2026-10-01' })],
])('starts nothing by an object %s', async (_, key) => {
  await put(key);
  expect(stage.startedByRules).toEqual([]);
});

it('starts nothing by an object in a bucket that does not notify EventBridge', async () => {
  const key = keys.manifest({ runId: 'backfill-1', startedAt: '2026-10-01' });
  await put(key, { Bucket: 'tributary-local-sessions-usa' });
  expect(stage.startedByRules).toEqual([]);
});

it('keeps the event in the queue for failed starts when the rule may not start the machine', async () => {
  const all = stage.roles.get('UploadedManifestRole') ?? [];
  stage.roles.set('UploadedManifestRole', []);
  const key = keys.manifest({ runId: 'backfill-1', startedAt: '2026-10-01' });
  try {
    await put(key);
  } finally {
    stage.roles.set('UploadedManifestRole', all);
  }
  expect(stage.startedByRules).toEqual([]);
  expect(stage.failedStarts).toEqual([
    {
      queueArn: 'arn:aws:sqs:us-east-1:000000000000:tributary-local-failed-starts',
      event: expect.objectContaining({ source: 'aws.s3' }),
      reason: expect.stringMatching(
        /^UploadedManifestRole is not allowed to states:StartExecution on arn:aws:states:.*:tributary-local-ingest-new-releases$/,
      ),
    },
  ]);
});

it('ends what is under way when the stage closes', async () => {
  const other = await startTestStage({
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 1, seed: 1 }) },
  });
  const client = new S3Client({
    endpoint: other.endpoints.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const Key = keys.manifest({ runId: 'backfill-1', startedAt: '2026-10-01' });
  await client.send(new PutObjectCommand({ Bucket: LAKE, Key, Body: '{}' }));
  const [started] = other.startedByRules;
  client.destroy();
  await other.end();
  expect(await started).toMatchObject({ status: 'ABORTED' });
});

it('needs no streaming half: a stage of streaming=false has no function that names a stream', async () => {
  const service = await packagedService();
  const functions = new Map(
    [...service.functions].filter(([, { environment }]) => !environment.ENRICHED_STREAM),
  );
  expect(functions.size).toBeLessThan(service.functions.size);
  const batch = await startTestStage({
    service: { ...service, functions },
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 1, seed: 1 }) },
  });
  expect([batch.streaming, batch.sessionsStream]).toEqual([undefined, '']);
  await batch.end();
});
