import { setImmediate as nextTurn } from 'node:timers/promises';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { FunctionError } from '../lambda/lambda.ts';

type Json = Parameters<StateMachine['run']>[0];

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

export interface Execution {
  name: string;
  status: 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  output?: unknown;
  error?: string;
  cause?: string;
}

export interface ExecutionOptions {
  /** Calls what a Task's `Resource` names: a function's ARN or a service integration. */
  callTask: (resource: string, input: unknown) => Promise<unknown>;
  onEvent?: (event: ExecutionEvent) => void;
  /** A test's pace for Wait states, in milliseconds instead of what they say. */
  waitMs?: number;
  /** A test's pace between retries, in milliseconds. */
  retryMs?: number;
  /** Ends the execution where it stands. */
  signal?: AbortSignal;
}

interface State {
  Type: string;
  Resource?: string;
  ItemProcessor?: { States: Record<string, State> };
}

/** Runs a definition as Step Functions would; never throws for a failed execution. */
export async function runStateMachine(
  definition: Record<string, unknown>,
  name: string,
  input: unknown,
  { callTask, onEvent, waitMs, retryMs, signal }: ExecutionOptions,
): Promise<Execution> {
  const states = [...allStates(definition.States as Record<string, State>)];
  const within = new Map(states.map(({ name: state, map }) => [state, map]));
  const failedMaps = new Set<string>();

  const tasks = states.filter(({ state }) => state.Type === 'Task');
  const taskResourceLocalHandlers = Object.fromEntries(
    tasks.map(({ name: task, state, map }) => [
      task,
      async (taskInput: unknown) => {
        // The interpreter starts the waiting items of a Map that has failed; Step Functions does not.
        // A turn of the event loop lets the news of a failure arrive.
        if (map) await nextTurn();
        if (map && failedMaps.has(map)) throw new FunctionError('States.Aborted', `${map} failed`);
        return (await callTask(state.Resource ?? '', taskInput)) as Json;
      },
    ]),
  );
  const waits = states.filter(({ state }) => state.Type === 'Wait');
  const overrides = {
    taskResourceLocalHandlers,
    ...(waitMs !== undefined && {
      waitTimeOverrides: Object.fromEntries(waits.map((wait) => [wait.name, waitMs])),
    }),
    ...(retryMs !== undefined && {
      retryIntervalOverrides: Object.fromEntries(tasks.map((task) => [task.name, retryMs])),
    }),
  };

  const machine = new StateMachine(definition as unknown as StateMachineDefinition, {
    // asl-validator has checked it when it was packaged, with a newer version than the interpreter's.
    validationOptions: { noValidate: true },
  });
  const { result, eventLogs, abort } = machine.run(input as Json, {
    overrides,
    context: { Execution: { Id: name, Name: name } } as never,
  });
  signal?.addEventListener('abort', abort, { once: true });
  // Its rejection is told by the events; without a handler it would end the process.
  const settled = result.then(
    (output) => ({ output }),
    (error: Error) => ({ error }),
  );

  let failure: { error: string; cause: string } | undefined;
  for await (const event of eventLogs) {
    if (event.type === 'MapIterationFailed') failedMaps.add(event.parentState.name);
    if (event.type === 'ExecutionFailed') {
      failure = { error: event.Error, cause: String(event.Cause ?? '') };
    }
    if (!('state' in event)) continue;
    const { name: state, type: stateType, input: stateInput, output } = event.state;
    const map = within.get(state);
    if (map && failedMaps.has(map)) continue;
    onEvent?.({
      type: eventTypes[event.type],
      state,
      stateType,
      index: event.index,
      input: stateInput,
      ...(output !== undefined && { output }),
      ...(event.type === 'StateFailed' && { error: event.Error }),
    });
  }
  const end = await settled;
  signal?.removeEventListener('abort', abort);
  if ('output' in end) return { name, status: 'SUCCEEDED', output: end.output };
  if (signal?.aborted) return { name, status: 'ABORTED' };
  return {
    name,
    status: 'FAILED',
    error: failure?.error ?? end.error.name,
    cause: failure?.cause ?? end.error.message,
  };
}

const eventTypes = {
  StateEntered: 'entered',
  StateExited: 'exited',
  StateFailed: 'failed',
  StateRetried: 'retried',
  StateCaught: 'caught',
} as const;

function* allStates(
  states: Record<string, State>,
  map?: string,
): Generator<{ name: string; state: State; map: string | undefined }> {
  for (const [name, state] of Object.entries(states)) {
    yield { name, state, map };
    if (state.ItemProcessor) yield* allStates(state.ItemProcessor.States, name);
  }
}
