import { randomUUID } from 'node:crypto';
import { InvalidInput } from '../errors.ts';
import type { Iam } from '../iam/iam.ts';
import type { Trigger } from '../service/read-triggers.ts';
import type { PackagedStateMachine, Service } from '../service/service.ts';
import type { Execution, ExecutionOptions } from '../step-functions/run-state-machine.ts';
import { machineArn, type StateMachines } from '../step-functions/state-machines.ts';
import { objectCreated, type PutObject } from './object-created.ts';

/** An execution that a rule has started. */
export interface RuleStart {
  rule: string;
  /** Name of the execution. */
  name: string;
  /** Of the object that made the rule match. */
  key: string;
  ended: Promise<Execution>;
}

/** A failed start, as its dead-letter queue stores it. */
export interface FailedStart {
  queueArn: string;
  event: unknown;
  reason: string;
}

export interface RuleOptions extends Pick<ExecutionOptions, 'onEvent' | 'waitMs' | 'retryMs'> {
  onStart?: (start: RuleStart) => void;
  onFailedStart?: (failed: FailedStart) => void;
}

export interface Triggers {
  /** S3 notifies EventBridge: rules that match start their machine. */
  onPut(object: PutObject): void;
  /** Throws AccessDenied where the machine's schedule, if it has one, may not start it. */
  authorizeSchedule(machine: PackagedStateMachine, input: unknown): void;
  readonly startedByRules: Promise<Execution>[];
  readonly failedStarts: FailedStart[];
  /** Aborts the executions that are under way. */
  close(): Promise<void>;
}

/** What starts state machines in the packaged service: its schedules and its rules. */
export function createTriggers(
  service: Pick<Service, 'rules' | 'schedules' | 'stateMachines' | 'notifyingBuckets'>,
  machines: StateMachines,
  iam: Iam,
  { onStart, onFailedStart, ...options }: RuleOptions = {},
): Triggers {
  const byArn = new Map(
    [...service.stateMachines.values()].map((each) => [machineArn(each), each]),
  );
  const lost = service.rules.find((rule) => !byArn.has(rule.machineArn));
  if (lost) throw new InvalidInput(`${lost.name}: ${lost.machineArn} is no state machine here`);
  const startedByRules: Promise<Execution>[] = [];
  const failedStarts: FailedStart[] = [];
  const closing = new AbortController();

  const authorize = ({ role, machineArn: resource }: Trigger) =>
    iam.authorize(role, { action: 'states:StartExecution', resource });

  function keep({ deadLetterArn }: Trigger, event: unknown, error: unknown): void {
    if (deadLetterArn === undefined) return;
    const failed = { queueArn: deadLetterArn, event, reason: (error as Error).message };
    failedStarts.push(failed);
    onFailedStart?.(failed);
  }

  return {
    startedByRules,
    failedStarts,
    onPut(object) {
      if (closing.signal.aborted || !service.notifyingBuckets.has(object.bucket)) return;
      const event = objectCreated(object, new Date());
      for (const rule of service.rules.filter(({ matches }) => matches(event))) {
        try {
          authorize(rule);
        } catch (error) {
          // EventBridge sends to the queue by the queue's policy, not with the rule's role.
          keep(rule, event, error);
          continue;
        }
        // As EventBridge names executions: the event's id and one of its own.
        const name = `${event.id}_${randomUUID()}`;
        const machine = byArn.get(rule.machineArn) as PackagedStateMachine;
        const ended = machines.run(machine, name, event, { ...options, signal: closing.signal });
        // A rejection that nothing waits for must not end the process.
        ended.catch(() => {});
        startedByRules.push(ended);
        onStart?.({ rule: rule.name, name, key: object.key, ended });
      }
    },
    authorizeSchedule(machine, input) {
      const schedule = service.schedules.find((each) => each.machineArn === machineArn(machine));
      if (!schedule) return;
      try {
        authorize(schedule);
      } catch (error) {
        const { role, deadLetterArn } = schedule;
        // The scheduler sends to the queue with the schedule's role.
        if (deadLetterArn) {
          iam.authorize(role, { action: 'sqs:SendMessage', resource: deadLetterArn });
        }
        keep(schedule, input, error);
        throw error;
      }
    },
    async close() {
      closing.abort();
      await Promise.allSettled(startedByRules);
    },
  };
}
