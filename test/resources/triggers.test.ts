import { runStateMachine } from 'local-aws/step-functions/run-state-machine.ts';
import { keys } from '../../core/lake/keys.ts';
import {
  definitionOf,
  givenTemplate,
  PACKAGING_MS,
  type Properties,
  resolved,
  type Template,
} from './fixtures.ts';

let template: Template;
beforeAll(async () => {
  template = await givenTemplate('prod');
}, PACKAGING_MS);

/** As EventBridge matches it: lists are alternatives, names that are not there match nothing. */
function matches(pattern: Properties, value: Properties): boolean {
  if (Array.isArray(pattern)) return pattern.some((each) => matchesLeaf(each, value));
  return Object.entries(pattern).every(
    ([name, each]) => value !== undefined && matches(each, value[name]),
  );
}
function matchesLeaf(pattern: Properties, value: unknown): boolean {
  if (typeof pattern !== 'object') return pattern === value;
  const [[kind, argument] = []] = Object.entries<string>(pattern);
  if (kind !== 'wildcard' || !argument) throw new Error(`No ${kind} here`);
  const parts = argument.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(String(value));
}

/** What S3 tells EventBridge; keys come as they are, not encoded as in S3's own notifications. */
const objectCreated = (bucket: string, key: string) => ({
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '111122223333',
  time: '2026-11-21T06:00:00Z',
  region: 'us-east-1',
  resources: [`arn:aws:s3:::${bucket}`],
  detail: {
    version: '0',
    bucket: { name: bucket },
    object: {
      key,
      size: 5,
      etag: 'b1946ac92492d2347c6235b4d2611184',
      sequencer: '617f08299329d189',
    },
    'request-id': 'N4N7GDK58NMKJ12R',
    requester: '123456789012',
    'source-ip-address': '1.2.3.4',
    reason: 'PutObject',
  },
});

const startedAt = '2026-11-21T06:00:00.000Z';
const backfill = { runId: 'backfill-2026-10', startedAt };
/** As EventBridge Scheduler names an execution. */
const own = { runId: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0_1a2b3c4d-5e6f-7081', startedAt };

describe('The rule on loaded manifests', () => {
  const starts = (key: string, bucket?: string) => {
    const { EventPattern } = template.Resources.UploadedManifestRule?.Properties ?? {};
    const lake = resolved({ Ref: 'LakeBucket' }, template);
    return matches(resolved(EventPattern, template), objectCreated(bucket ?? lake, key));
  };

  it('matches the manifest of a backfill', () => {
    expect(starts(keys.manifest(backfill))).toBe(true);
  });

  it.each([
    ['the manifest that a run of the machine seals itself', keys.manifest(own)],
    ['the plan of a backfill', keys.plan(backfill)],
    ['the commit marker of a backfill', keys.commitMarker(backfill)],
    ['a listing page', keys.listingPage(backfill, 0)],
    ['what lies beside the zone', `copy/${keys.manifest(backfill)}`],
  ])('does not match %s', (_, key) => {
    expect(starts(key)).toBe(false);
  });

  it('does not match another bucket', () => {
    expect(starts(keys.manifest(backfill), 'another')).toBe(false);
  });

  it('hears of objects, because the lake tells EventBridge', () => {
    const { NotificationConfiguration } = template.Resources.LakeBucket?.Properties ?? {};
    expect(NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled).toBe(true);
  });
});

describe('The machine', () => {
  async function run(name: string, input: unknown) {
    const machine = template.Resources.IngestNewReleases as Properties;
    const calls: { fn: string; input: Properties }[] = [];
    const execution = await runStateMachine(definitionOf(machine, template), name, input, {
      waitMs: 0,
      retryMs: 0,
      async callTask(resource, taskInput) {
        const fn = resource.split(':').at(-1)?.replace('tributary-prod-', '') ?? '';
        calls.push({ fn, input: taskInput });
        await new Promise((done) => setTimeout(done, 2));
        const crawls = calls.filter((call) => call.fn === 'runCrawler').length;
        return fn === 'runCrawler'
          ? { outcome: crawls > 1 ? 'SUCCEEDED' : 'RUNNING', waitSeconds: 1 }
          : {};
      },
    });
    return { execution, calls };
  }

  it('takes an uploaded manifest to the tables, the crawler and the row of the run, and no further', async () => {
    const manifestKey = keys.manifest(backfill);
    const { execution, calls } = await run('from-eventbridge', objectCreated('lake', manifestKey));
    expect(execution.status).toBe('SUCCEEDED');
    const [transform, start, check, record] = calls;
    expect(calls.map(({ fn }) => fn)).toEqual([
      'transformBatch',
      'runCrawler',
      'runCrawler',
      'recordRun',
    ]);
    for (const call of [transform, record]) expect(call?.input.manifestKey).toBe(manifestKey);
    expect([start?.input.action, check?.input.action]).toEqual(['START', 'CHECK']);
  });

  it('refuses to run under a name whose manifest would start it again', async () => {
    const { execution, calls } = await run('backfill-october', {});
    expect(execution).toMatchObject({ status: 'FAILED', error: 'NameIsReserved' });
    expect(calls).toEqual([]);
  });
});

describe('The schedule', () => {
  it('starts the machine with nothing, at the time and in the zone of the settings', () => {
    const { Properties: p } = template.Resources.IngestSchedule as Properties;
    expect(p).toMatchObject({
      ScheduleExpression: 'cron(0 6 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: { Ref: 'IngestNewReleases' }, Input: '{}' },
    });
  });

  it('rests in dev', async () => {
    const dev = await givenTemplate('dev');
    expect(dev.Resources.IngestSchedule?.Properties.State).toBe('DISABLED');
  });
});
