import { setImmediate as nextTurn } from 'node:timers/promises';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { valueAt } from '../json-path.ts';
import { FunctionError } from '../lambda/function-error.ts';
import {
  allStates,
  itemsOf,
  type Json,
  overridesOf,
  type State,
  type StateInMap,
} from './definition.ts';
import { type End, History } from './history.ts';
import { checkDataLimit, toJson, UncatchableError } from './limits.ts';
import { currentMapItem } from './map-item.ts';

type EventLog =
  ReturnType<StateMachine['run']>['eventLogs'] extends AsyncIterable<infer E> ? E : never;

/** What happened in an execution, in the order it happened. */
export interface ExecutionEvent {
  type: 'entered' | 'exited' | 'failed' | 'retried' | 'caught';
  state: string;
  stateType: string;
  /** Set inside a Map: the number of the item. */
  index: number | undefined;
  input: unknown;
  output?: unknown;
  error?: string;
}

export interface Execution extends End {
  name: string;
}

export interface ExecutionOptions {
  /** Calls what a Task's `Resource` names: a function's ARN or a service integration. */
  callTask: (resource: string, input: unknown) => Promise<unknown>;
  onEvent?: (event: ExecutionEvent) => void;
  /** A test's pace for Wait states, in milliseconds instead of what they say. */
  waitMs?: number;
  /** A test's pace between retries, in milliseconds. */
  retryMs?: number;
  /** Ends the execution where it is. */
  signal?: AbortSignal;
  /** ARNs for the context object and the history. */
  arn?: string;
  roleArn?: string;
  history?: History;
}

/**
 * Runs a definition as Step Functions would; never throws for a failed execution. Like there, data
 * beyond 262,144 bytes, a history of 25,000 events and times that are no whole numbers end the
 * execution, whatever it would retry or catch.
 */
export async function runStateMachine(
  definition: Record<string, unknown>,
  name: string,
  input: unknown,
  options: ExecutionOptions,
): Promise<Execution> {
  const { callTask, onEvent, waitMs, signal, arn, roleArn = '', history = new History() } = options;
  const states = new Map(allStates(definition.States as Record<string, State>));
  const failedMaps = new Set<string>();
  let limit: UncatchableError | undefined;
  let hasEnded = false;

  async function runTask(task: string, { state, map }: StateInMap, taskInput: unknown) {
    // The interpreter starts the waiting items of a Map that has failed, and goes on in the turn in
    // which it is stopped; Step Functions does not. A turn later that is known here, and the state
    // that calls is in the history.
    await nextTurn();
    if (hasEnded || signal?.aborted || (map && failedMaps.has(map))) {
      throw new FunctionError('States.Aborted', `${map ?? name} has ended`);
    }
    const resource = state.Resource ?? '';
    const json = toJson(taskInput);
    checkDataLimit(json, `The state '${task}' calls its task with an input`);
    const ended = history.taskStarted(resource, json, currentMapItem());
    try {
      const output = (await callTask(resource, taskInput)) ?? null;
      checkDataLimit(toJson(output), `The task '${task}' returned a result`);
      ended({ output });
      return output as Json;
    } catch (error) {
      const { name: errorName, message } = error as Error;
      ended({ error: errorName, cause: message });
      throw error;
    }
  }

  function record(event: EventLog): void {
    if ('parentState' in event && failedMaps.has(event.parentState.name)) return;
    if (event.type === 'MapIterationStarted') {
      history.itemStarted(event.parentState.name, event.index);
    } else if (event.type === 'MapIterationSucceeded') {
      history.itemEnded('Succeeded', event.parentState.name, event.index);
    } else if (event.type === 'MapIterationFailed') {
      history.itemEnded('Failed', event.parentState.name, event.index);
    }
    if (!('state' in event)) return;
    const { name: stateName, type, input: stateInput, output } = event.state;
    const state = states.get(stateName)?.state;
    if (event.type === 'StateEntered') {
      const json = toJson(stateInput);
      checkDataLimit(json, `The state '${stateName}' is entered with an input`);
      history.stateEntered(type, stateName, json, event.index);
      if (type === 'Map') startMap(stateName, state, stateInput);
      if (state?.SecondsPath) checkSeconds(state.SecondsPath, stateInput);
    } else if (event.type === 'StateRetried' && type === 'Map') {
      startMap(stateName, state, stateInput);
    } else if (event.type === 'StateExited') {
      const json = toJson(output);
      if (type === 'Map' && !failedMaps.has(stateName)) history.mapEnded('Succeeded', stateName);
      checkDataLimit(json, `The state '${stateName}' returned a result`);
      history.stateExited(type, stateName, json, event.index);
    } else if (event.type === 'StateFailed') {
      if (type === 'Map') history.mapEnded('Failed', stateName);
      if (event.Error === 'States.Timeout') {
        history.taskTimedOut(String(event.Cause), event.index);
      }
    }
  }

  function startMap(map: string, state: State | undefined, stateInput: unknown): void {
    failedMaps.delete(map);
    history.mapStarted(itemsOf(state, stateInput).length);
  }

  const machine = new StateMachine(definition as unknown as StateMachineDefinition, {
    // asl-validator has checked it when it was packaged, with a newer version than the interpreter's.
    validationOptions: { noValidate: true },
  });
  history.started(toJson(input), roleArn);
  const { result, eventLogs, abort } = machine.run(input as Json, {
    overrides: overridesOf(states, runTask, options),
    context: { Execution: { Id: arn ?? name, Name: name, RoleArn: roleArn } } as never,
  });
  signal?.addEventListener('abort', abort, { once: true });
  // Events report its rejection; without a handler it would end the process.
  const settled = result.then(
    (output) => ({ output }),
    (error: Error) => ({ error }),
  );

  let failure: { error: string; cause: string } | undefined;
  for await (const event of eventLogs) {
    if (limit) continue;
    const map = 'state' in event ? states.get(event.state.name)?.map : undefined;
    if (map && failedMaps.has(map)) continue;
    try {
      record(event);
    } catch (error) {
      if (!(error instanceof UncatchableError)) throw error;
      limit = error;
      hasEnded = true;
      abort();
      continue;
    }
    if (event.type === 'MapIterationFailed') failedMaps.add(event.parentState.name);
    if (event.type === 'ExecutionFailed') {
      failure = { error: event.Error, cause: String(event.Cause ?? '') };
    }
    if ('state' in event) onEvent?.(toExecutionEvent(event));
  }
  const end = await settled;
  hasEnded = true;
  signal?.removeEventListener('abort', abort);
  const execution: Execution = { name, ...endOf() };
  history.ended(execution);
  return execution;

  function endOf(): End {
    if (limit) return { status: 'FAILED', error: limit.name, cause: limit.message };
    if ('output' in end) return { status: 'SUCCEEDED', output: end.output };
    if (signal?.aborted) return { status: 'ABORTED', ...(signal.reason as Partial<End>) };
    if (end.error.name === 'ExecutionTimeoutError') {
      return { status: 'TIMED_OUT', error: 'States.Timeout', cause: end.error.message };
    }
    return {
      status: 'FAILED',
      error: failure?.error ?? end.error.name,
      cause: failure?.cause ?? end.error.message,
    };
  }

  /** The interpreter checks the path itself, but not where a test's pace replaces the time. */
  function checkSeconds(path: string, stateInput: unknown): void {
    if (waitMs === undefined || path.startsWith('$$')) return;
    const seconds = valueAt(path, stateInput);
    if (Number.isInteger(seconds) && (seconds as number) >= 0) return;
    throw new UncatchableError(
      'States.Runtime',
      `The SecondsPath parameter '${path}' is ${toJson(seconds)}, not a whole number of seconds`,
    );
  }
}

const eventTypes = {
  StateEntered: 'entered',
  StateExited: 'exited',
  StateFailed: 'failed',
  StateRetried: 'retried',
  StateCaught: 'caught',
} as const;

function toExecutionEvent(event: Extract<EventLog, { state: unknown }>): ExecutionEvent {
  const { name: state, type: stateType, input, output } = event.state;
  return {
    type: eventTypes[event.type],
    state,
    stateType,
    index: event.index,
    input,
    ...(output !== undefined && { output }),
    ...(event.type === 'StateFailed' && { error: event.Error }),
  };
}
