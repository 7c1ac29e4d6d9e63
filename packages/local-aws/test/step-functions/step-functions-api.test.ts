import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { createIam } from '../../src/iam/iam.ts';
import type { PackagedStateMachine } from '../../src/service/service.ts';
import {
  createStateMachines,
  type StateMachines,
} from '../../src/step-functions/state-machines.ts';
import { createStepFunctionsApi } from '../../src/step-functions/step-functions-api.ts';
import { clientOptions } from '../fixtures/clients.ts';
import { errorOf } from '../fixtures/error-of.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';
const statement = (actions: string[]) => ({ actions, resources: ['*'] });
const machineOf = (name: string, States: Record<string, object>): PackagedStateMachine => ({
  name,
  definition: { StartAt: Object.keys(States)[0], States },
  role: 'MachineRole',
  logs: false,
});
const work = machineOf('work', { Work: { Type: 'Task', Resource: FUNCTION, End: true } });
const wait = machineOf('wait', { Wait: { Type: 'Wait', Seconds: 60, End: true } });
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

let machines: StateMachines;
let gateway: Gateway;
let sfn: SFNClient;
beforeEach(async () => {
  const iam = createIam(
    new Map([
      ['MachineRole', [statement(['lambda:InvokeFunction'])]],
      ['StarterRole', [statement(['states:StartExecution'])]],
    ]),
  );
  const invoke = async (_: string, event: unknown) => {
    if ((event as { fails?: true }).fails) {
      throw Object.assign(new Error('why'), { name: 'Broken' });
    }
    return { echo: event };
  };
  machines = createStateMachines({ invoke }, iam, [], [work, wait]);
  gateway = await startGateway(
    { AWSStepFunctions: createStepFunctionsApi(machines) },
    {} as never,
    {
      iam,
      roles: new Set(['MachineRole', 'StarterRole']),
      hasObject: () => true,
    },
  );
  sfn = new SFNClient(clientOptions(gateway.url));
});
afterEach(async () => {
  sfn.destroy();
  await machines.close();
  await gateway.close();
});

const start = (machine: string, name: string, input: unknown = {}) =>
  sfn.send(
    new StartExecutionCommand({
      stateMachineArn: arnOf(machine),
      name,
      input: JSON.stringify(input),
    }),
  );
const describeExecution = (executionArn: string | undefined) =>
  sfn.send(new DescribeExecutionCommand({ executionArn }));
async function endOf(executionArn: string | undefined) {
  for (;;) {
    const execution = await describeExecution(executionArn);
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('Step Functions on this machine, through the SDK', () => {
  it('lists state machines, and describes one with its definition', async () => {
    const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines?.map(({ name }) => name)).toEqual(['work', 'wait']);
    const page = await sfn.send(new ListStateMachinesCommand({ maxResults: 1 }));
    expect(page.stateMachines).toHaveLength(1);
    const { nextToken } = page;
    const rest = await sfn.send(new ListStateMachinesCommand({ maxResults: 1, nextToken }));
    expect(rest.stateMachines?.[0]?.name).toBe('wait');
    expect(rest.nextToken).toBeUndefined();
    const described = await sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: arnOf('work') }),
    );
    expect(described).toMatchObject({
      name: 'work',
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn: 'arn:aws:iam::000000000000:role/MachineRole',
    });
    expect(JSON.parse(described.definition ?? '')).toEqual(work.definition);
    expect(described.creationDate).toBeInstanceOf(Date);
  });

  it('starts an execution, and describes it with input, output and times', async () => {
    const { executionArn, startDate } = await start('work', 'run-1', { x: 1 });
    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:work:run-1');
    const execution = await endOf(executionArn);
    expect(execution).toMatchObject({
      name: 'run-1',
      status: 'SUCCEEDED',
      input: '{"x":1}',
      output: '{"echo":{"x":1}}',
      stateMachineArn: arnOf('work'),
      startDate,
    });
    expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(startDate?.getTime() ?? 0);
  });

  it('says why an execution failed', async () => {
    const { executionArn } = await start('work', 'run-1', { fails: true });
    expect(await endOf(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Broken',
      cause: 'why',
    });
  });

  it('stops an execution, with the reason that the caller gives', async () => {
    const { executionArn } = await start('wait', 'run-1');
    expect((await describeExecution(executionArn)).status).toBe('RUNNING');
    await sfn.send(new StopExecutionCommand({ executionArn, error: 'Mine', cause: 'enough' }));
    expect(await describeExecution(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Mine',
      cause: 'enough',
    });
    await sfn.send(new StopExecutionCommand({ executionArn }));
  });

  it('lists executions, newest first, by status and page by page', async () => {
    for (const name of ['a', 'b', 'c']) await endOf((await start('work', name)).executionArn);
    await start('wait', 'd');
    const list = (more: object = {}) =>
      sfn.send(new ListExecutionsCommand({ stateMachineArn: arnOf('work'), ...more }));
    const { executions } = await list();
    expect(executions?.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    expect((await list({ statusFilter: 'RUNNING' })).executions).toEqual([]);
    const page = await list({ maxResults: 2 });
    expect(page.executions).toHaveLength(2);
    const rest = await list({ maxResults: 2, nextToken: page.nextToken });
    expect(rest.executions?.map(({ name }) => name)).toEqual(['a']);
    expect(await errorOf(list({ nextToken: 'none' }))).toMatchObject({ name: 'InvalidToken' });
  });

  it('gives the history in both orders, page by page, with data and without', async () => {
    const { executionArn } = await start('work', 'run-1', { x: 1 });
    await endOf(executionArn);
    const history = (more: object = {}) =>
      sfn.send(new GetExecutionHistoryCommand({ executionArn, ...more }));
    const { events = [] } = await history();
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[1]?.stateEnteredEventDetails).toEqual({ name: 'Work', input: '{"x":1}' });
    expect(events[0]?.timestamp).toBeInstanceOf(Date);
    const reverse = await history({ reverseOrder: true, maxResults: 3 });
    expect(reverse.events?.map(({ id }) => id)).toEqual([7, 6, 5]);
    const rest = await history({ reverseOrder: true, nextToken: reverse.nextToken });
    expect(rest.events?.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    const bare = await history({ includeExecutionData: false });
    expect(bare.events?.[1]?.stateEnteredEventDetails).toEqual({ name: 'Work' });
  });

  it('names errors as AWS does', async () => {
    const unknown = 'arn:aws:states:us-east-1:000000000000:execution:work:none';
    expect(await errorOf(describeExecution(unknown))).toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    expect(await errorOf(describeExecution('x'))).toMatchObject({ name: 'InvalidArn' });
    expect(await errorOf(start('nothing', 'a'))).toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    expect(await errorOf(start('work', 'a b'))).toMatchObject({ name: 'InvalidName' });
    const bad = new StartExecutionCommand({ stateMachineArn: arnOf('work'), input: '{' });
    expect(await errorOf(sfn.send(bad))).toMatchObject({ name: 'InvalidExecutionInput' });
    expect(await errorOf(start('work', 'big', 'x'.repeat(262_144)))).toMatchObject({
      name: 'InvalidExecutionInput',
    });
  });

  it('returns the running execution for a repeated start, and rejects the name otherwise', async () => {
    const first = await start('wait', 'same', { n: 1 });
    expect((await start('wait', 'same', { n: 1 })).startDate).toEqual(first.startDate);
    expect(await errorOf(start('wait', 'same', { n: 2 }))).toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
  });

  it('lets a role do what its policies allow, and nothing else', async () => {
    const role = new SFNClient(clientOptions(gateway.url, 'StarterRole'));
    const stateMachineArn = arnOf('work');
    await role.send(new StartExecutionCommand({ stateMachineArn, name: 'a' }));
    const denied = role.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(await errorOf(denied)).toMatchObject({ name: 'AccessDeniedException' });
    role.destroy();
  });
});
