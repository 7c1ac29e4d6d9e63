import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  paginateListExecutions,
  paginateListStateMachines,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { messageOfCause } from '../../core/error-cause.ts';
import { InvalidInput } from '../../core/errors.ts';
import { pause } from '../../core/kinesis/retry-reads.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { createStatusLine } from '../../core/terminal/status-line.ts';
import { connect } from './aws-clients.ts';
import { hint } from './hint.ts';

/** The state machine of a stage, and who it belongs to. */
export interface Machine {
  readonly sfn: SFNClient;
  readonly arn: string;
  readonly account: string;
}

export async function findMachine(options: StageOptions): Promise<Machine> {
  const sfn = connect(SFNClient, 'SFN', options);
  const name = `tributary-${options.stage}-ingest-new-releases`;
  const pages = paginateListStateMachines({ client: sfn }, {});
  for await (const page of pages) {
    const arn = page.stateMachines?.find((machine) => machine.name === name)?.stateMachineArn;
    if (arn !== undefined) return { sfn, arn, account: arn.split(':')[4] ?? '' };
  }
  throw new InvalidInput(
    `There is no state machine ${name}: is --stage right, and is it deployed in this region?`,
  );
}

/** The names of running executions, newest first. */
export async function runningExecutions({ sfn, arn }: Machine): Promise<string[]> {
  const names: string[] = [];
  const input = { stateMachineArn: arn, statusFilter: 'RUNNING' } as const;
  for await (const page of paginateListExecutions({ client: sfn }, input)) {
    names.push(...(page.executions ?? []).map((execution) => execution.name ?? ''));
  }
  return names;
}

export const executionArn = ({ arn }: Machine, name: string): string =>
  `${arn.replace(':stateMachine:', ':execution:')}:${name}`;

const POLL_MS = 1_000;

/** Waits for the end of an execution; throws InvalidInput with error and cause where it is no success. */
export async function waitForEnd(
  machine: Machine,
  name: string,
  options: StageOptions,
  signal: AbortSignal,
): Promise<DescribeExecutionOutput | undefined> {
  const line = createStatusLine();
  const start = performance.now();
  try {
    while (!signal.aborted) {
      const command = new DescribeExecutionCommand({ executionArn: executionArn(machine, name) });
      const execution = await machine.sfn.send(command);
      const { status, error, cause = '' } = execution;
      if (status === 'SUCCEEDED') return execution;
      if (status !== 'RUNNING') {
        const why = [error, messageOfCause(cause)].filter(Boolean).join(': ');
        throw new InvalidInput(
          `${name} ${status}${why ? `: ${why}` : ''}; see ${hint(`logs --run ${name}`, options)}`,
        );
      }
      line.show(`${name} ${status}, ${((performance.now() - start) / 1_000).toFixed(0)} s`);
      await pause(POLL_MS, signal);
    }
  } finally {
    line.clear();
  }
  return undefined;
}
