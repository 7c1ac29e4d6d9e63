import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOW_ALL, type Iam } from '../iam/iam.ts';
import type { PackagedFunction } from '../service/service.ts';
import { arn } from '../service/template.ts';
import { systemProblem } from '../system-problem.ts';
import {
  type Environment,
  type Outcome,
  sendEvent,
  startEnvironment,
} from './execution-environment.ts';
import { FunctionError } from './function-error.ts';
import { openFunctionLogs } from './function-logs.ts';

export interface Lambda {
  /** Invokes a function synchronously; throws FunctionError. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** The function that an environment runs, by the id that its calls bear. */
  functionOf(environmentId: string): string | undefined;
  /** Ends an environment as a fault would, by the id that its calls bear. */
  kill(environmentId: string): void;
  /** Ends the environments of all functions; their logs are whole when it resolves. */
  close(): Promise<void>;
}

/** What CloudWatch sees of the functions. */
export interface LambdaObserver {
  onLine(functionName: string, logStream: string, line: string): void;
  onInvoked(functionName: string, invocation: { durationMs: number; failed: boolean }): void;
  /** Output that its log file did not take, as on a full disk. */
  onLogError?(error: NodeJS.ErrnoException): void;
  /** An environment that could not be started, on a full disk or without memory. */
  onLaunchError?(error: NodeJS.ErrnoException): void;
}

/** What a plan of faults does to an invocation; each is asked once an invocation. */
export interface LambdaFaults {
  /** An error of the service in place of the invocation. */
  rejects?(functionName: string): { name: string; message: string } | undefined;
  /** The environment ends after the handler: its effects remain, its result is lost. */
  losesResult?(functionName: string): boolean;
}

const UNOBSERVED: LambdaObserver = { onLine: () => {}, onInvoked: () => {} };

/**
 * Runs bundled handlers, each in execution environments of its own: a process with the function's
 * environment variables and memory. One event at a time; a new one starts when all are busy.
 * Output goes to `<folder>/logs/<function>.log`.
 */
export function createLambda(
  functions: Map<string, PackagedFunction>,
  folder: string,
  iam: Iam = ALLOW_ALL,
  observer: LambdaObserver = UNOBSERVED,
  faults: LambdaFaults = {},
): Lambda {
  const idle = new Map<string, Set<Environment>>();
  const running = new Map<string, Environment & { functionName: string }>();
  const logs = openFunctionLogs(join(folder, 'logs'), (error) => observer.onLogError?.(error));

  for (const name of functions.keys()) idle.set(name, new Set());

  const copied = new Set<string>();
  function copyCode({ name, code }: PackagedFunction): void {
    if (copied.has(name)) return;
    cpSync(code, join(folder, 'code', name), { recursive: true });
    copied.add(name);
  }

  // Before the first start of a function: its package may be removed while the stage serves.
  for (const fn of functions.values()) {
    try {
      copyCode(fn);
    } catch {
      // A full disk, for example: copied at the first start, which says why where it fails again.
    }
  }

  /** Lambda would run on and lose the log; here the invocation fails. */
  function authorizeLogs({ name, role }: PackagedFunction): void {
    const resource = arn('logs', `log-group:/aws/lambda/${name}:log-stream:local`);
    iam.authorize(role, { action: 'logs:CreateLogStream', resource });
    iam.authorize(role, { action: 'logs:PutLogEvents', resource });
  }

  function start(fn: PackagedFunction): Environment {
    copyCode(fn);
    const onLine = (line: string, stream: string) => observer.onLine(fn.name, stream, line);
    const environment = startEnvironment(fn, { folder, onLine });
    const { child, id } = environment;
    if (environment.launchError !== undefined) return environment;
    for (const output of [child.stdout, child.stderr]) logs.take(fn.name, output);
    running.set(id, { ...environment, functionName: fn.name });
    // An environment that ends while it is idle is no failure.
    for (const end of ['disconnect', 'exit']) {
      child.on(end, () => idle.get(fn.name)?.delete(environment));
    }
    child.on('close', () => running.delete(id));
    return environment;
  }

  function launch(fn: PackagedFunction): Environment {
    try {
      return start(fn);
    } catch (error) {
      throw notLaunched(fn, error as NodeJS.ErrnoException);
    }
  }

  function notLaunched({ name }: PackagedFunction, error: NodeJS.ErrnoException): FunctionError {
    observer.onLaunchError?.(error);
    const why = systemProblem(error) ?? error.message;
    return new FunctionError(
      'Runtime.LaunchError',
      `No process can be started for ${name}: ${why}`,
    );
  }

  async function invokeIn(environment: Environment, fn: PackagedFunction, event: unknown) {
    const requestId = randomUUID();
    const say = (line: string) => observer.onLine(fn.name, environment.logStream, line);
    say(`START RequestId: ${requestId} Version: $LATEST`);
    const begin = performance.now();
    const timeoutMs = fn.timeoutSeconds * 1_000;
    let outcome = await sendEvent(environment, event, requestId, timeoutMs);
    const durationMs = performance.now() - begin;
    if ('payload' in outcome && faults.losesResult?.(fn.name)) {
      environment.child.kill('SIGKILL');
      await environment.closed;
      outcome = { ended: 'signal SIGKILL' };
    }
    say(`END RequestId: ${requestId}`);
    say(reportOf(requestId, fn, durationMs, outcome));
    observer.onInvoked(fn.name, { durationMs, failed: !('payload' in outcome) });
    return outcome;
  }

  return {
    async invoke(functionName, event) {
      const fn = functions.get(functionName);
      const pool = idle.get(functionName);
      if (!fn || !pool) {
        throw new FunctionError('ResourceNotFoundException', `No function ${functionName}`);
      }
      authorizeLogs(fn);
      const rejection = faults.rejects?.(functionName);
      if (rejection) throw new FunctionError(rejection.name, rejection.message);
      const [warm] = pool;
      const environment = warm ?? launch(fn);
      pool.delete(environment);
      if (environment.launchError !== undefined)
        throw notLaunched(fn, await environment.launchError);
      const outcome = await invokeIn(environment, fn, event);
      if (isUsable(environment.child)) pool.add(environment);
      if ('payload' in outcome) return JSON.parse(outcome.payload);
      throw errorOf(outcome);
    },
    functionOf: (environmentId) => running.get(environmentId)?.functionName,
    kill(environmentId) {
      running.get(environmentId)?.child.kill('SIGKILL');
    },
    async close() {
      const all = [...running.values()];
      for (const { child } of all) child.kill('SIGKILL');
      await Promise.all(all.map(({ closed }) => closed));
      logs.close();
    },
  };
}

/** A process may be gone before its channel is closed, and the other way round. */
const isUsable = ({ connected, killed, exitCode, signalCode }: Environment['child']): boolean =>
  connected && !killed && exitCode === null && signalCode === null;

function errorOf(outcome: Exclude<Outcome, { payload: string }>): FunctionError {
  if ('ended' in outcome) {
    return new FunctionError('Runtime.ExitError', `The environment ended with ${outcome.ended}`);
  }
  if ('timedOutAfterMs' in outcome) {
    const message = `Task timed out after ${outcome.timedOutAfterMs} ms`;
    return new FunctionError('Sandbox.Timedout', message);
  }
  const { errorType, errorMessage, trace } = outcome.failure;
  return new FunctionError(errorType, errorMessage, trace);
}

/** The last line of an invocation's log, out of which tools compute what it cost. */
function reportOf(
  requestId: string,
  { memoryMb }: PackagedFunction,
  durationMs: number,
  outcome: Outcome,
): string {
  const usedMb = 'usedMb' in outcome ? outcome.usedMb : memoryMb;
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${Math.min(usedMb, memoryMb)} MB`,
    ...('ended' in outcome ? ['Status: error', 'Error Type: Runtime.ExitError'] : []),
    ...('timedOutAfterMs' in outcome ? ['Status: timeout'] : []),
  ].join('\t');
}
