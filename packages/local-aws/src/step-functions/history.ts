import { LOCAL_REGION } from '../service/template.ts';
import { MAX_HISTORY_EVENTS, toJson, UncatchableError } from './limits.ts';

/** An event as GetExecutionHistory gives it; what happened is in `<type>EventDetails`. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  /** Seconds since 1970. */
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

/** How an execution ended. */
export interface End {
  status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  output?: unknown;
  error?: string;
  cause?: string;
}

export type TaskOutcome = { output: unknown } | { error: string; cause: string };

/**
 * Collects the events of an execution as AWS numbers and links them: `previousEventId` leads to the
 * event before, and within a Map to that of the same item, down to its MapIterationStarted.
 */
export class History {
  readonly events: HistoryEvent[] = [];
  /** Number of the last event, outside of a Map and of each item. */
  readonly #last = new Map<number | undefined, number>([[undefined, 0]]);
  /** The task that is under way, outside of a Map and for each item. */
  readonly #tasks = new Map<number | undefined, { resource: string }>();
  #items = { started: 0, open: new Set<number>() };

  /** Throws UncatchableError where only the end of the execution still fits. */
  #add(type: string, index: number | undefined, details: Record<string, unknown> = {}): void {
    const isEnd = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type);
    if (!isEnd && this.events.length >= MAX_HISTORY_EVENTS - 1) {
      throw new UncatchableError(
        'States.Runtime',
        `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`,
      );
    }
    const id = this.events.length + 1;
    const previousEventId = this.#last.get(index) ?? this.#last.get(undefined) ?? 0;
    this.events.push({ id, previousEventId, timestamp: Date.now() / 1_000, type, ...details });
    this.#last.set(index, id);
  }

  started(input: string, roleArn: string): void {
    this.#add('ExecutionStarted', undefined, { executionStartedEventDetails: { input, roleArn } });
  }

  ended({ status, output, error, cause }: End): void {
    const reason = { ...(error && { error }), ...(cause && { cause }) };
    if (status === 'SUCCEEDED') {
      const executionSucceededEventDetails = { output: toJson(output) };
      this.#add('ExecutionSucceeded', undefined, { executionSucceededEventDetails });
    } else if (status === 'FAILED') {
      this.#add('ExecutionFailed', undefined, { executionFailedEventDetails: reason });
    } else if (status === 'ABORTED') {
      this.#add('ExecutionAborted', undefined, { executionAbortedEventDetails: reason });
    } else {
      this.#add('ExecutionTimedOut', undefined, { executionTimedOutEventDetails: reason });
    }
  }

  stateEntered(stateType: string, name: string, input: string, index?: number): void {
    const stateEnteredEventDetails = { name, input };
    this.#add(`${stateType}StateEntered`, index, { stateEnteredEventDetails });
  }

  stateExited(stateType: string, name: string, output: string, index?: number): void {
    const stateExitedEventDetails = { name, output };
    this.#add(`${stateType}StateExited`, index, { stateExitedEventDetails });
  }

  mapStarted(length: number): void {
    this.#items = { started: 0, open: new Set() };
    for (const index of this.#last.keys()) if (index !== undefined) this.#last.delete(index);
    this.#add('MapStateStarted', undefined, { mapStateStartedEventDetails: { length } });
    this.#items.started = this.events.length;
  }

  itemStarted(name: string, index: number): void {
    this.#last.set(index, this.#items.started);
    this.#items.open.add(index);
    this.#add('MapIterationStarted', index, { mapIterationStartedEventDetails: { name, index } });
  }

  itemEnded(how: 'Succeeded' | 'Failed' | 'Aborted', name: string, index: number): void {
    this.#items.open.delete(index);
    const details = { [`mapIteration${how}EventDetails`]: { name, index } };
    this.#add(`MapIteration${how}`, index, details);
    this.#last.set(undefined, this.events.length);
  }

  mapEnded(how: 'Succeeded' | 'Failed', name: string): void {
    for (const index of this.#items.open) this.itemEnded('Aborted', name, index);
    this.#add(`MapState${how}`, undefined);
  }

  /** A task begins, as a function or as a call of a service; the result ends it, but not twice. */
  taskStarted(resource: string, input: string, index?: number) {
    const task = { resource };
    this.#tasks.set(index, task);
    const integration = integrationOf(resource);
    if (integration) {
      const more = { region: LOCAL_REGION, parameters: input };
      this.#add('TaskScheduled', index, { taskScheduledEventDetails: { ...integration, ...more } });
      this.#add('TaskStarted', index, { taskStartedEventDetails: integration });
    } else {
      const lambdaFunctionScheduledEventDetails = { resource, input };
      this.#add('LambdaFunctionScheduled', index, { lambdaFunctionScheduledEventDetails });
      this.#add('LambdaFunctionStarted', index);
    }
    return (outcome: TaskOutcome) => {
      if (this.#tasks.get(index) === task) this.#endTask(outcome, index);
    };
  }

  /** The time of the task under way is over; what it brings later is ignored. */
  taskTimedOut(cause: string, index?: number): void {
    if (this.#tasks.has(index)) this.#endTask({ error: 'States.Timeout', cause }, index);
  }

  #endTask(outcome: TaskOutcome, index: number | undefined): void {
    const resource = this.#tasks.get(index)?.resource ?? '';
    this.#tasks.delete(index);
    const details = 'output' in outcome ? { output: toJson(outcome.output) } : outcome;
    const how = 'output' in outcome ? 'Succeeded' : 'Failed';
    const end = 'error' in outcome && outcome.error === 'States.Timeout' ? 'TimedOut' : how;
    const integration = integrationOf(resource);
    const type = integration ? `Task${end}` : `LambdaFunction${end}`;
    const key = `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
    this.#add(type, index, { [key]: { ...integration, ...details } });
  }
}

/** `arn:aws:states:::sns:publish` is the action `publish` of `sns`; undefined for a function. */
function integrationOf(resource: string): { resourceType: string; resource: string } | undefined {
  const [, resourceType, action] = /^arn:aws:states:::([^:]+):(.+)$/.exec(resource) ?? [];
  return resourceType && action ? { resourceType, resource: action } : undefined;
}
