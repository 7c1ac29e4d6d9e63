import { randomUUID } from 'node:crypto';
import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { pageOf } from '../gateway/paging.ts';
import type { PackagedStateMachine } from '../service/service.ts';
import { LOCAL_ACCOUNT } from '../service/template.ts';
import type { HistoryEvent } from './history.ts';
import {
  type ExecutionRecord,
  machineArn,
  type RunOptions,
  type StateMachines,
} from './state-machines.ts';

const PAGE = { fallback: 100, most: 1_000 };

/** The actions of Step Functions (`AWSStepFunctions`) that start, stop and show executions. */
export function createStepFunctionsApi(
  machines: StateMachines,
  options: RunOptions = {},
): JsonService {
  const createdAt = Date.now() / 1_000;

  function findMachine(given: unknown): PackagedStateMachine {
    if (!String(given).includes(':stateMachine:')) {
      throw new AwsError('InvalidArn', `Invalid Arn: '${given}'`);
    }
    const found = machines.machines.find((each) => machineArn(each) === given);
    if (found) return found;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${given}'`);
  }

  function findExecution(given: unknown): ExecutionRecord {
    if (!String(given).includes(':execution:')) {
      throw new AwsError('InvalidArn', `Invalid Arn: '${given}'`);
    }
    const found = machines.executions.find(({ arn }) => arn === given);
    if (found) return found;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${given}'`);
  }

  return {
    ListStateMachines({ maxResults, nextToken }) {
      const page = pageOf(machines.machines, { ...PAGE, wanted: maxResults, token: nextToken });
      const stateMachines = page.items.map((each) => ({
        stateMachineArn: machineArn(each),
        name: each.name,
        type: 'STANDARD',
        creationDate: createdAt,
      }));
      return { stateMachines, nextToken: page.next };
    },

    DescribeStateMachine({ stateMachineArn }) {
      const { name, definition, role, logs } = findMachine(stateMachineArn);
      return {
        stateMachineArn,
        name,
        status: 'ACTIVE',
        definition: JSON.stringify(definition),
        roleArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/${role}`,
        type: 'STANDARD',
        creationDate: createdAt,
        loggingConfiguration: { level: logs ? 'ERROR' : 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
      };
    },

    StartExecution({ stateMachineArn, name = randomUUID(), input = '{}' }) {
      const machine = findMachine(stateMachineArn);
      if (typeof name !== 'string' || !/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name)) {
        throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
      }
      const running = machines.executions.find(
        (each) => each.machine === machine && each.name === name && !each.end,
      );
      const parsed = parseInput(input);
      // A start that is repeated while the execution runs gives that execution.
      const record =
        running?.input === JSON.stringify(parsed)
          ? running
          : machines.start(machine, name, parsed, options);
      return { executionArn: record.arn, startDate: record.startedAt / 1_000 };
    },

    async StopExecution({ executionArn, error, cause }) {
      const record = findExecution(executionArn);
      if (!record.end) {
        record.stop({
          ...(error !== undefined && { error: String(error) }),
          ...(cause !== undefined && { cause: String(cause) }),
        });
        await record.ended;
      }
      return { stopDate: (record.stoppedAt ?? Date.now()) / 1_000 };
    },

    ListExecutions({ stateMachineArn, statusFilter, maxResults, nextToken }) {
      const machine = findMachine(stateMachineArn);
      const all = machines.executions.filter(
        (each) =>
          each.machine === machine &&
          (statusFilter === undefined || summaryOf(each).status === statusFilter),
      );
      const page = pageOf(all, { ...PAGE, wanted: maxResults, token: nextToken });
      return { executions: page.items.map(summaryOf), nextToken: page.next };
    },

    DescribeExecution({ executionArn }) {
      const record = findExecution(executionArn);
      const { output, error, cause } = record.end ?? {};
      return {
        ...summaryOf(record),
        input: record.input,
        inputDetails: { included: true },
        ...(record.end?.status === 'SUCCEEDED' && {
          output: JSON.stringify(output ?? null),
          outputDetails: { included: true },
        }),
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
        redriveCount: 0,
        redriveStatus: 'NOT_REDRIVABLE',
      };
    },

    GetExecutionHistory({ executionArn, maxResults, nextToken, reverseOrder, ...more }) {
      const { events } = findExecution(executionArn).history;
      const ordered = reverseOrder ? events.toReversed() : events;
      const page = pageOf(ordered, { ...PAGE, wanted: maxResults, token: nextToken });
      const shown = more.includeExecutionData === false ? page.items.map(withoutData) : page.items;
      return { events: shown, nextToken: page.next };
    },
  };
}

const summaryOf = (record: ExecutionRecord) => ({
  executionArn: record.arn,
  stateMachineArn: machineArn(record.machine),
  name: record.name,
  status: record.end?.status ?? 'RUNNING',
  startDate: record.startedAt / 1_000,
  ...(record.stoppedAt !== undefined && { stopDate: record.stoppedAt / 1_000 }),
});

function parseInput(input: unknown): unknown {
  try {
    return JSON.parse(String(input));
  } catch (cause) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${(cause as Error).message}'`,
    );
  }
}

/** An event without what executions carry, as `includeExecutionData: false` asks for. */
function withoutData(event: HistoryEvent): HistoryEvent {
  const entries = Object.entries(event).map(([key, value]) => {
    if (!key.endsWith('EventDetails')) return [key, value];
    const { input, output, parameters, ...others } = value as Record<string, unknown>;
    return [key, others];
  });
  return Object.fromEntries(entries) as HistoryEvent;
}
