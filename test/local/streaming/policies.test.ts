import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { JsonService } from 'local-aws/gateway/json-protocol.ts';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import type { Service } from 'local-aws/service/service.ts';
import { openEnvelope } from '../../../core/sessions/envelopes.ts';
import type { Stage, StageStreamingOptions } from '../../../local/stage.ts';
import { packagedService } from '../../fixtures/packaged-service.ts';
import { history } from './fixtures.ts';
import {
  givenPipeline,
  objectsIn,
  readStream,
  rejectedOf,
  SOURCE,
  sessionsOf,
  streamingOf,
} from './pipeline.ts';

const packaged = await packagedService();
/** Few attempts, so that what is not allowed is soon discarded. */
const service: Service = {
  ...packaged,
  streaming: {
    ...packaged.streaming,
    mappings: packaged.streaming.mappings.map((each) => ({
      ...each,
      retries: 1,
      windowSeconds: 0,
    })),
  },
};

const events = [
  { id: 'a', country: 'USA' },
  { id: 'b', country: 'Germany' },
  { id: 'no-country', country: '' },
  // What a function does not survive, each of another one.
  { id: 'ends-enrichSessions', country: 'USA' },
  { id: 'ends-routeUsaSessions', country: 'USA' },
  { id: 'ends-routeInternationalSessions', country: 'Germany' },
].map(({ id, country }) => ({
  partitionKey: id,
  data: Buffer.from(
    JSON.stringify({ session_id: id, ...(country && { country }) }).replace(
      '}',
      `,"browsing_history":${history}}`,
    ),
  ),
}));

const EXPECTED =
  'USA a; international b; rejected missing-country; ' +
  'failed batches of enrichSessions, routeInternationalSessions, routeUsaSessions';

type Invoke = NonNullable<StageStreamingOptions['invoke']>;
type Pipeline = Awaited<ReturnType<typeof givenPipeline>>;

const startPipeline = (roles: Service['roles'], invoke: Invoke) =>
  givenPipeline({ idleMs: 5, retryMs: () => 0, invoke }, { service: { ...service, roles } });

const end = () => Promise.reject(new FunctionError('Runtime.ExitError', 'out of memory'));

/** The packaged functions; what ends them ends here, without a process. */
const invokeOrEnd: Invoke = async (lambda, name, event) => {
  const ends = `ends-${name.split('-').at(-1)}`;
  const { Records } = event as { Records: { kinesis: { data: string } }[] };
  const isFatal = Records.some(({ kinesis }) => {
    const data = Buffer.from(kinesis.data, 'base64');
    return (openEnvelope(data)?.events ?? data).includes(`"${ends}"`);
  });
  return isFatal ? end() : lambda.invoke(name, event);
};

/** The function of each discarded batch. */
const failedIn = (stage: Stage): string[] =>
  objectsIn(stage, 'tributary-local-failed-batches').map(({ path }) =>
    JSON.parse(readFileSync(path, 'utf8')).requestContext.functionArn.split('-').at(-1),
  );

/** What has come of the events that were sent, or what a mapping or Firehose may not do. */
async function outcomeOf({ stage, drain }: Pipeline, failedOf = failedIn): Promise<string> {
  const error = await drain().catch((reason: Error) => reason.message);
  const idsOf = (lines: Buffer[]) => lines.map((line) => JSON.parse(`${line}`).session_id).sort();
  const outcome = [
    `USA ${idsOf(sessionsOf(stage, 'usa'))}`,
    `international ${idsOf(sessionsOf(stage, 'international'))}`,
    `rejected ${rejectedOf(stage).events.map(({ reason }) => reason)}`,
    `failed batches of ${failedOf(stage).sort().join(', ')}`,
  ].join('; ');
  return error ?? outcome;
}

const isOfStreaming = (role: string) => /Sessions/.test(role);
/** A handler reports or throws what it may not do; drain rejects with what its mapping or a Firehose may not do. */
const isOfHandler = (actions: string) => /logs:CreateLogStream|:PutRecord/.test(actions);
const statements = [...service.roles]
  .filter(([role]) => isOfStreaming(role))
  .flatMap(([role, all]) =>
    all.map(({ actions }, index) => ({ role, index, actions: actions.join(', ') })),
  );
const without = (role: string, index: number) =>
  service.roles.get(role)?.filter((_, i) => i !== index) ?? [];

describe('The packaged functions', () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await startPipeline(service.roles, invokeOrEnd);
  }, 120_000);
  afterAll(() => pipeline.end());
  beforeEach(() => pipeline.stage.emptyLake());

  it('run as expected with the policies that are deployed, and use all that is in them', async () => {
    await pipeline.send(events);
    expect(await outcomeOf(pipeline)).toBe(EXPECTED);
    expect(pipeline.stage.unusedPermissions().filter(isOfStreaming)).toEqual([]);
    sent = await readSent(pipeline.stage);
  });

  const ofHandlers = statements.filter(({ actions }) => isOfHandler(actions));
  it.each(ofHandlers)('need $actions of $role', async ({ role, index }) => {
    const { roles } = pipeline.stage;
    roles.set(role, without(role, index));
    try {
      await pipeline.send(events);
      expect(await outcomeOf(pipeline)).not.toBe(EXPECTED);
    } finally {
      roles.set(role, service.roles.get(role) ?? []);
    }
  });
});

const FIREHOSE_OF_REJECTED = `${SOURCE}-rejected`;

/** Copies of all that the functions have written, by the stream or Firehose that took it. */
let sent: { streamName: string; data: Buffer }[];

async function readSent(stage: Stage): Promise<typeof sent> {
  const streams = service.streaming.streams.map(({ name }) => name);
  const read = streams.map(async (streamName) =>
    (await readStream(stage, streamName)).map(({ data }) => ({ streamName, data })),
  );
  const [rejected] = objectsIn(stage, 'tributary-local-lake');
  const data = gunzipSync(readFileSync(rejected?.path ?? ''));
  return [...(await Promise.all(read)).flat(), { streamName: FIREHOSE_OF_REJECTED, data }];
}

/** What the functions bring about, but for their work: each one that is invoked ends. */
async function runWithoutFunctions(roles: Service['roles']): Promise<string> {
  const pipeline = await startPipeline(roles, end);
  try {
    const { kinesis, services } = streamingOf(pipeline.stage);
    for (const { streamName, data } of sent) {
      const Data = data.toString('base64');
      if (streamName === FIREHOSE_OF_REJECTED) {
        const { PutRecord } = services.Firehose_20150804 as JsonService;
        await PutRecord?.({ DeliveryStreamName: streamName, Record: { Data } });
      } else await kinesis.call('PutRecord', { StreamName: streamName, PartitionKey: 'a', Data });
    }
    // How many there are depends on how the records lie in shards.
    return await outcomeOf(pipeline, (stage) => [...new Set(failedIn(stage))]);
  } finally {
    await pipeline.end();
  }
}

describe('Mappings and Firehoses', () => {
  it('run as expected with the policies that are deployed', async () => {
    expect(await runWithoutFunctions(service.roles)).toBe(EXPECTED);
  });

  const ofReaders = statements.filter(({ actions }) => !isOfHandler(actions));
  it.concurrent.each(ofReaders)('need $actions of $role', async ({ role, index, actions }) => {
    const outcome = await runWithoutFunctions(
      new Map(service.roles).set(role, without(role, index)),
    );
    const names = `^${role} is not allowed to (${actions.replaceAll(', ', '|')}) on arn:aws:`;
    expect(outcome).toMatch(new RegExp(names));
  });
});
