import type { StateMachine } from 'aws-local-stepfunctions';
import { valueAt } from '../json-path.ts';

export type Json = Parameters<StateMachine['run']>[0];

/** A state of a definition, as far as it is read here and not by the interpreter. */
export interface State {
  Type: string;
  Resource?: string;
  SecondsPath?: string;
  ItemsPath?: string;
  ItemProcessor?: { States: Record<string, State> };
}

export interface StateInMap {
  state: State;
  /** Name of the Map that the state is part of. */
  map: string | undefined;
}

/** All states by name, those inside a Map included. */
export function* allStates(
  states: Record<string, State>,
  map?: string,
): Generator<[name: string, StateInMap]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, { state, map }];
    if (state.ItemProcessor) yield* allStates(state.ItemProcessor.States, name);
  }
}

export function itemsOf(state: State | undefined, input: unknown): unknown[] {
  const items = state?.ItemsPath ? valueAt(state.ItemsPath, input) : input;
  return Array.isArray(items) ? items : [];
}

/** What replaces the interpreter's own: all tasks, and the pace that a test sets. */
export function overridesOf(
  states: Map<string, StateInMap>,
  runTask: (name: string, state: StateInMap, input: unknown) => Promise<Json>,
  { waitMs, retryMs }: { waitMs?: number; retryMs?: number },
) {
  const namesOf = (...types: string[]) =>
    [...states].flatMap(([name, { state }]) => (types.includes(state.Type) ? [name] : []));
  const forAll = (names: string[], ms: number) =>
    Object.fromEntries(names.map((name) => [name, ms]));
  return {
    taskResourceLocalHandlers: Object.fromEntries(
      namesOf('Task').map((name) => [
        name,
        (input: unknown) => runTask(name, states.get(name) as StateInMap, input),
      ]),
    ),
    ...(waitMs !== undefined && { waitTimeOverrides: forAll(namesOf('Wait'), waitMs) }),
    ...(retryMs !== undefined && {
      retryIntervalOverrides: forAll(namesOf('Task', 'Map', 'Parallel'), retryMs),
    }),
  };
}
