import { FunctionError } from 'local-aws/lambda/function-error.ts';
import type { Service } from 'local-aws/service/service.ts';
import { openEnvelope } from '../../../core/sessions/envelopes.ts';
import { packagedService } from '../../fixtures/packaged-service.ts';
import { history } from './fixtures.ts';
import { givenPipeline, objectsIn, rejectedOf, sessionsOf } from './pipeline.ts';

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

const EXPECTED = 'USA a; international b; rejected missing-country; failed batches 3';

async function run(roles: Service['roles']) {
  const { stage, send, drain, end } = await givenPipeline(
    {
      idleMs: 5,
      retryMs: () => 0,
      async invoke(lambda, name, event) {
        const ends = `ends-${name.split('-').at(-1)}`;
        const isFatal = (event as { Records: { kinesis: { data: string } }[] }).Records.some(
          ({ kinesis }) => {
            const data = Buffer.from(kinesis.data, 'base64');
            return (openEnvelope(data)?.events ?? data).includes(`"${ends}"`);
          },
        );
        if (isFatal) throw new FunctionError('Runtime.ExitError', 'out of memory');
        return lambda.invoke(name, event);
      },
    },
    { service: { ...service, roles } },
  );
  try {
    await send(events);
    const error = await drain().catch((reason: Error) => reason.message);
    const idsOf = (lines: Buffer[]) => lines.map((line) => JSON.parse(`${line}`).session_id).sort();
    const outcome = [
      `USA ${idsOf(sessionsOf(stage, 'usa'))}`,
      `international ${idsOf(sessionsOf(stage, 'international'))}`,
      `rejected ${rejectedOf(stage).events.map(({ reason }) => reason)}`,
      `failed batches ${objectsIn(stage, 'tributary-local-failed-batches').length}`,
    ].join('; ');
    return { outcome: error ?? outcome, unused: stage.unusedPermissions() };
  } finally {
    await end();
  }
}

const isOfStreaming = (role: string) => /Sessions/.test(role);
const statements = [...service.roles]
  .filter(([role]) => isOfStreaming(role))
  .flatMap(([role, all]) =>
    all.map(({ actions }, index) => ({ role, index, actions: actions.join(', ') })),
  );

it('runs as expected with the policies that are deployed, and uses all that is in them', async () => {
  const { outcome, unused } = await run(service.roles);
  expect(outcome).toBe(EXPECTED);
  expect(unused.filter(isOfStreaming)).toEqual([]);
});

it.concurrent.each(statements)('needs $actions of $role', async ({ role, index, actions }) => {
  const rest = service.roles.get(role)?.filter((_, i) => i !== index) ?? [];
  const { outcome } = await run(new Map(service.roles).set(role, rest));
  expect(outcome).not.toBe(EXPECTED);
  // A handler reports or throws what it may not do; drain rejects with what its mapping or a Firehose may not do.
  if (/logs:CreateLogStream|:PutRecord/.test(actions)) return;
  const names = `^${role} is not allowed to (${actions.replaceAll(', ', '|')}) on arn:aws:`;
  expect(outcome).toMatch(new RegExp(names));
});
