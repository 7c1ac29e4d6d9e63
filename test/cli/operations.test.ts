import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failureObject } from 'local-aws/event-source/failure-destination.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { startTestStage } from '../fixtures/local-stage.ts';
import { run as tributary } from './fake-lake.ts';

let stage: Awaited<ReturnType<typeof startTestStage>>;
beforeAll(async () => {
  stage = await startTestStage({
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 3, seed: 1 }) },
    streaming: true,
  });
}, 120_000);
afterAll(() => stage.end(), 60_000);

const run = (...args: string[]) =>
  tributary([...args, '--folder', stage.folder], { AWS_ENDPOINT_URL: stage.endpoints.aws });
const failed = (line: string | RegExp) => ({
  status: 1,
  stderr: typeof line === 'string' ? `error: ${line}\n` : expect.stringMatching(line),
});

describe('running a stage from the command line', () => {
  it('starts a run, waits for it and shows it, and starts no second one of its name', async () => {
    const { status, stdout } = await run('start', '--name', 'first-run', '--wait');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^first-run started\nfirst-run {2}COMPLETE\n.*\n\n {2}albums {4}3 /,
      ),
    });
    await expect(run('start', '--name', 'first-run')).resolves.toMatchObject(
      failed('An execution first-run exists already: give another --name'),
    );
    await expect(run('start', '--name', 'backfill-1')).resolves.toMatchObject(
      failed('--name: backfill-… belongs to uploaded manifests'),
    );
  }, 60_000);

  it('prints the lines of functions, of one run, by time', async () => {
    const { status, stdout, stderr } = await run('logs', 'fetchToken', '--run', 'first-run');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^\d+ lines? of 1 function\n$/),
    });
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \S+ fetchToken INFO done .*result=\{/);
    const all = await run('logs', '--run', 'first-run', '--format', 'ndjson');
    const names = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).function_name);
    expect(names[0]).toBe('tributary-local-fetchToken');
    expect(new Set(names).size).toBeGreaterThan(5);
    await expect(run('logs', 'nothing')).resolves.toMatchObject(
      failed(/^error: nothing has not logged; there is .*fetchToken/),
    );
  }, 60_000);

  it('stops the run that is running, and says if there is none', async () => {
    await expect(run('stop')).resolves.toMatchObject(failed('No run is running'));
    stage.awsFaults.setPlan({
      seed: 1,
      faults: [{ kind: 'lambda-error', error: 'Lambda.ServiceException', at: 0, times: 100 }],
    });
    await run('start', '--name', 'second-run');
    await expect(run('stop')).resolves.toMatchObject({ status: 0, stdout: 'second-run stopped\n' });
    stage.awsFaults.setPlan(undefined);
    await expect(run('stop', 'first-run')).resolves.toMatchObject(
      failed('first-run is not running'),
    );
  }, 60_000);

  it('shows the starts that failed, and empties their queue', async () => {
    stage.failedStarts.push({
      queueArn: 'arn:aws:sqs:us-east-1:000000000000:tributary-local-failed-starts',
      event: { detail: { object: { key: 'raw/manifests/x' } } },
      reason: 'AccessDenied: states:StartExecution',
    });
    const { status, stdout } = await run('failed-starts', '--format', 'ndjson');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      sent: null,
      reason: 'AccessDenied: states:StartExecution',
      event: '{"detail":{"object":{"key":"raw/manifests/x"}}}',
    });
    await expect(run('failed-starts', '--purge')).resolves.toMatchObject({ status: 0 });
    expect(stage.failedStarts).toEqual([]);
  }, 60_000);

  it('shows discarded batches and their events, and sends them to their stream again', async () => {
    const record = {
      shardId: 'shardId-000000000000',
      sequenceNumber: '49',
      partitionKey: 'a1',
      arrivedAt: 1_800_000_000,
      data: Buffer.from('{"session_id":"a1","n":1}').toString('base64'),
    };
    const { key, body } = failureObject(
      [record, { ...record, sequenceNumber: '50' }],
      { condition: 'RetryAttemptsExhausted', invocations: 3, functionError: true },
      {
        id: 'mapping',
        functionArn:
          'arn:aws:lambda:us-east-1:000000000000:function:tributary-local-enrichSessions',
        streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/tributary-local-sessions',
      } as Parameters<typeof failureObject>[2],
      new Date('2026-11-22T06:00:00Z'),
    );
    const file = join(stage.lakeFolder, 'tributary-local-failed-batches', key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
    const { stdout } = await run('failed-batches', '--format', 'ndjson');
    const batch = JSON.parse(stdout);
    expect(batch).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      time: '2026-11-22T06:00:00.000Z',
      function: 'tributary-local-enrichSessions',
      stream: 'tributary-local-sessions',
      records: 2,
      why: 'RetryAttemptsExhausted',
    });
    const events = await run('failed-batches', batch.id);
    expect(events.stdout.match(/"event":\{"session_id":"a1","n":1\}/g)).toHaveLength(2);
    await expect(run('failed-batches', batch.id, '--send')).resolves.toMatchObject({
      status: 0,
      stdout: `${batch.id}: 2 records sent to tributary-local-sessions\n`,
    });
    const { stdout: sent } = await run('consume', '--stream', 'sessions');
    expect(sent.match(/\{"session_id":"a1","n":1\}/g)).toHaveLength(2);
    await expect(run('failed-batches', 'none')).resolves.toMatchObject(
      failed('There is no batch none'),
    );
  }, 60_000);
});
