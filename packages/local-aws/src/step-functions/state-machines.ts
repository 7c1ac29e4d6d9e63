import type { Call, Iam } from '../iam/iam.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { PackagedStateMachine } from '../service/service.ts';
import { arn } from '../service/template.ts';
import { type Execution, type ExecutionOptions, runStateMachine } from './step-functions.ts';

export interface StateMachines {
  /** Throws AccessDenied where the machine could not even be deployed with its role. */
  run(
    machine: PackagedStateMachine,
    name: string,
    input: unknown,
    options: Omit<ExecutionOptions, 'callTask'>,
  ): Promise<Execution>;
}

export const machineArn = ({ name }: PackagedStateMachine): string =>
  arn('states', `stateMachine:${name}`);

/**
 * What Step Functions wants of the role to deliver a log, as AWS documents it; these know no
 * resource. AWS asks where the machine is deployed, the local stage where it is started.
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
  lambda: Lambda,
  iam: Iam,
  notifications: string[],
): StateMachines {
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
  return {
    async run({ definition, role, logs }, name, input, options) {
      if (logs) for (const call of LOG_DELIVERY) iam.authorize(role, call);
      return runStateMachine(definition, name, input, {
        ...options,
        callTask: (resource, taskInput) => callTask(role, resource, taskInput),
      });
    },
  };
}
