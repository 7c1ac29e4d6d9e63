import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TributaryError } from '../../core/errors.ts';
import * as errors from '../../core/errors.ts';
import { allStates, type DeclaredFunction, type Definition, type State } from './definition.ts';

/** What the local interpreter would silently ignore, or does not have. */
const NOT_SERVED = new Set([
  'Assign',
  'Arguments',
  'Output',
  'Items',
  'Condition',
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'ExecutionType',
  'Iterator',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
]);

export function dialectProblems(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, i) => dialectProblems(each, `${path}[${i}]`));
  }
  if (typeof value === 'string') {
    if (/\{%.*%\}/s.test(value)) return [`${path}: JSONata`];
    // `$.x` is a path and `$$.x` the context; `$x` is a variable.
    if (/(^|[(,\s])\$[A-Za-z_]/.test(value)) return [`${path}: a variable`];
    return [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const at = `${path}.${key}`;
    if (NOT_SERVED.has(key)) return [`${at} is not served`];
    if (key === 'QueryLanguage' && each !== 'JSONPath') return [`${at}: ${each}`];
    if (key === 'Mode' && each !== 'INLINE') return [`${at}: ${each}`];
    return dialectProblems(each, at);
  });
}

/** Each of our errors, and whether it is transient. */
const OURS = new Map(
  Object.entries(errors as unknown as Record<string, new (message: string) => TributaryError>)
    .filter(([name]) => name !== 'TributaryError')
    .map(([name, Class]) => [name, new Class('').transient]),
);
const STATES = new Set([
  'States.ALL',
  'States.TaskFailed',
  'States.Timeout',
  'States.HeartbeatTimeout',
  'States.Permissions',
  'States.Runtime',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
]);
const LAMBDA = new Set([
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
]);
const isSkipped = (name: string) => OURS.has(name) || STATES.has(name) || LAMBDA.has(name);

const isLambda = (state: State) => state.Resource?.includes(':lambda:') ?? false;
const functionOf = (state: State) => state.Resource?.split(':').at(-1) ?? '';

export function taskProblems({ States }: Definition): string[] {
  const problems: string[] = [];
  for (const { name, state } of allStates(States)) {
    for (const error of [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap(
      (each) => each.ErrorEquals,
    )) {
      if (!isSkipped(error)) problems.push(`${name}: nothing raises ${error}`);
    }
    if (state.Type !== 'Task') continue;
    if (!(Number(state.TimeoutSeconds) > 0)) problems.push(`${name}: no TimeoutSeconds`);
    if (!state.Retry?.length) problems.push(`${name}: no Retry`);
    for (const retry of state.Retry ?? []) {
      // A function's errors are known by name; what a service integration raises is not.
      const all = retry.ErrorEquals.some((error) => /^States\.(ALL|TaskFailed)$/.test(error));
      if (isLambda(state) && all) problems.push(`${name}: retries whatever goes wrong`);
      if (!retry.ErrorEquals.length) problems.push(`${name}: a Retry of nothing`);
      if (!(Number(retry.MaxDelaySeconds) > 0)) problems.push(`${name}: no MaxDelaySeconds`);
      if (retry.JitterStrategy !== 'FULL') problems.push(`${name}: no full jitter`);
      for (const error of retry.ErrorEquals) {
        if (OURS.get(error) === false) {
          problems.push(`${name}: retries ${error}, which is permanent`);
        }
      }
    }
    if (!state.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))) {
      problems.push(`${name}: no Catch of everything`);
    }
  }
  return problems;
}

/** Where a caught error does not end the run, because something says what is missing. */
export const CONTINUATIONS = new Set([
  'FetchToken',
  'WhatWaitsForToken',
  'PlanAlbums',
  'SealRawBatch',
]);

const successorsOf = (state: State): string[] =>
  [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)].filter(
    (next) => next !== undefined,
  );

/** Every way on from this state ends in a Fail. */
function endsInFail(name: string, states: Record<string, State>, passed: string[] = []): boolean {
  const state = states[name];
  if (!state || passed.includes(name)) return false;
  if (state.Type === 'Fail') {
    return Boolean((state.Error ?? state.ErrorPath) && (state.Cause ?? state.CausePath));
  }
  const next = successorsOf(state);
  return next.length > 0 && next.every((each) => endsInFail(each, states, [...passed, name]));
}

export function catchProblems({ States }: Definition): string[] {
  const problems: string[] = [];
  for (const { name, state, beside } of allStates(States)) {
    for (const { Next, ResultPath } of state.Catch ?? []) {
      if (!ResultPath) problems.push(`${name}: the error takes the place of the state`);
      if (CONTINUATIONS.has(Next) && beside[Next]) continue;
      if (!endsInFail(Next, beside))
        problems.push(`${name}: its error ends in ${Next}, not in a Fail`);
    }
  }
  return problems;
}

export function functionProblems(
  { States, TimeoutSeconds }: Definition,
  functions: Map<string, DeclaredFunction>,
): string[] {
  const problems: string[] = [];
  const machine = TimeoutSeconds ?? 0;
  for (const { name, state } of allStates(States)) {
    if (state.Type !== 'Task') continue;
    const seconds = state.TimeoutSeconds ?? 0;
    if (!(seconds < machine)) problems.push(`${name}: may take longer than the machine`);
    if (!isLambda(state)) continue;
    const of = functions.get(functionOf(state));
    if (!of || !existsSync(join(of.folder, 'handler.ts'))) {
      problems.push(`${name}: no function ${functionOf(state)}`);
    } else if (!(of.timeout < seconds)) {
      problems.push(`${name}: ends before its function`);
    }
  }
  return problems;
}
