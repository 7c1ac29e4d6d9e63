import { AwsError } from '../gateway/aws-error.ts';
import type { Call, Iam } from '../iam/iam.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { PackagedStateMachine } from '../service/service.ts';
import { arn, LOCAL_ACCOUNT } from '../service/template.ts';
import { type End, History } from './history.ts';
import { MAX_DATA_BYTES, toJson } from './limits.ts';
import { type Execution, type ExecutionOptions, runStateMachine } from './run-state-machine.ts';

/** An execution, under way or ended, as Step Functions describes it. */
export interface ExecutionRecord {
  arn: string;
  name: string;
  machine: PackagedStateMachine;
  /** JSON. */
  input: string;
  /** In milliseconds. */
  startedAt: number;
  stoppedAt: number | undefined;
  /** Undefined while it runs. */
  end: End | undefined;
  history: History;
  ended: Promise<Execution>;
  stop(reason?: { error?: string; cause?: string }): void;
}

export type RunOptions = Omit<ExecutionOptions, 'callTask' | 'arn' | 'roleArn' | 'history'>;

export interface StateMachines {
  readonly machines: readonly PackagedStateMachine[];
  /** Newest first. */
  readonly executions: readonly ExecutionRecord[];
  /**
   * Throws AccessDenied where the machine could not even be deployed with its role, and AwsError
   * where the name is taken or the input too long.
   */
  start(
    machine: PackagedStateMachine,
    name: string,
    input: unknown,
    options?: RunOptions,
  ): ExecutionRecord;
  /** The same, and waits for its end. */
  run(
    machine: PackagedStateMachine,
    name: string,
    input: unknown,
    options?: RunOptions,
  ): Promise<Execution>;
  /** Aborts what is under way. */
  close(): Promise<void>;
}

/** AWS keeps executions for 90 days; these stay in memory with all their events. */
const KEPT_EXECUTIONS = 500;

export const machineArn = ({ name }: PackagedStateMachine): string =>
  arn('states', `stateMachine:${name}`);

/**
 * What the role needs to deliver a log, as AWS documents it; these actions have no resource. AWS checks
 * them at deployment, this emulator at each start.
 */
const LOG_DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
].map((action): Call => ({ action: `logs:${action}`, resource: '*' }));

/** Runs state machines, each with its role; what they publish goes to `notifications`. */
export function createStateMachines(
  lambda: Pick<Lambda, 'invoke'>,
  iam: Iam,
  notifications: string[],
  machines: Iterable<PackagedStateMachine> = [],
): StateMachines {
  let executions: ExecutionRecord[] = [];

  async function callTask(role: string, resource: string, input: unknown): Promise<unknown> {
    if (resource === 'arn:aws:states:::sns:publish') {
      const { TopicArn, Message } = input as { TopicArn: string; Message?: unknown };
      iam.authorize(role, { action: 'sns:Publish', resource: TopicArn });
      notifications.push(String(Message));
      return { MessageId: String(notifications.length) };
    }
    iam.authorize(role, { action: 'lambda:InvokeFunction', resource });
    return lambda.invoke(resource.split(':').at(-1) ?? '', input);
  }

  function start(
    machine: PackagedStateMachine,
    name: string,
    input: unknown,
    options: RunOptions = {},
  ): ExecutionRecord {
    if (machine.logs) for (const call of LOG_DELIVERY) iam.authorize(machine.role, call);
    const executionArn = arn('states', `execution:${machine.name}:${name}`);
    if (executions.some((each) => each.arn === executionArn)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const json = toJson(input);
    if (Buffer.byteLength(json) > MAX_DATA_BYTES) {
      throw new AwsError('InvalidExecutionInput', 'The input is beyond 262144 bytes');
    }
    const history = new History();
    const stopping = new AbortController();
    const signals = [stopping.signal, ...(options.signal ? [options.signal] : [])];
    const ended = runStateMachine(machine.definition, name, input, {
      ...options,
      history,
      arn: executionArn,
      roleArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/${machine.role}`,
      signal: AbortSignal.any(signals),
      callTask: (resource, taskInput) => callTask(machine.role, resource, taskInput),
    }).then((execution) => {
      const { name: _, ...end } = execution;
      Object.assign(record, { end, stoppedAt: Date.now() });
      return execution;
    });
    const record: ExecutionRecord = {
      arn: executionArn,
      name,
      machine,
      input: json,
      startedAt: Date.now(),
      stoppedAt: undefined,
      end: undefined,
      history,
      ended,
      stop: (reason = {}) => stopping.abort(reason),
    };
    executions = [record, ...executions];
    if (executions.length > KEPT_EXECUTIONS) {
      executions = executions.filter((each, i) => i < KEPT_EXECUTIONS || !each.end);
    }
    return record;
  }

  return {
    machines: [...machines],
    get executions() {
      return executions;
    },
    start,
    run: async (machine, name, input, options) => start(machine, name, input, options).ended,
    async close() {
      const running = executions.filter(({ end }) => !end);
      for (const each of running) each.stop();
      await Promise.allSettled(running.map(({ ended }) => ended));
    },
  };
}
