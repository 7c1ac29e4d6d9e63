import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { PackagedFunction } from '../service/service.ts';
import { LOCAL_REGION } from '../service/template.ts';
import type { Initialized, Invocation, InvocationResult } from './lambda-environment.ts';

/** A process that runs one function, one event at a time. */
export interface Environment {
  readonly child: ChildProcess;
  /** Marks the calls that it makes, as AWS_SESSION_TOKEN. */
  readonly id: string;
  readonly logStream: string;
  /** Resolves with the error where the system could not start the process. */
  readonly launchError?: Promise<NodeJS.ErrnoException>;
  /** Resolves when the process is gone and all its output has come. */
  readonly closed: Promise<unknown>;
}

export interface EnvironmentOptions {
  /** Where the code is unpacked and what is compiled of it is kept. */
  folder: string;
  onLine(line: string, logStream: string): void;
}

/** Throws the error of the system where it lacks what `fork` needs at once, such as memory. */
export function startEnvironment(
  fn: PackagedFunction,
  { folder, onLine }: EnvironmentOptions,
): Environment {
  const id = randomUUID();
  const child = fork(
    new URL('./lambda-environment.ts', import.meta.url),
    [pathToFileURL(join(folder, 'code', fn.name, fn.module)).href, fn.exportName],
    {
      execArgv: [`--max-old-space-size=${fn.memoryMb}`],
      env: {
        ...fn.environment,
        // Environments share the compiled code, so that a cold start costs little here; taken away again
        // before the function starts.
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
        NODE_COMPILE_CACHE_PORTABLE: '1',
        // Signs the function's calls with its role's name: so the gateway knows the caller.
        AWS_ACCESS_KEY_ID: fn.role,
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_SESSION_TOKEN: id,
        AWS_REGION: LOCAL_REGION,
        AWS_LAMBDA_FUNCTION_NAME: fn.name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  const logStream = `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
  for (const output of [child.stdout, child.stderr]) {
    if (output) createInterface({ input: output }).on('line', (line) => onLine(line, logStream));
  }
  child.on('error', () => {});
  if (child.pid === undefined) {
    const launchError = once(child, 'error').then(([error]) => error);
    return { child, id, logStream, launchError, closed: launchError };
  }
  // 'close' comes after the last output. Not once(): it rejects on 'error', which a failed send emits.
  const closed = new Promise((resolve) => child.once('close', resolve));
  return { child, id, logStream, closed };
}

/** How an invocation ended: by the handler, by the end of the environment or by the time limit. */
export type Outcome = InvocationResult | { ended: string } | { timedOutAfterMs: number };

/** To load a module, which Lambda does not count as the function's time. */
const INIT_MS = 10_000;

/** One event to one environment. An environment that times out is ended, as Lambda does. */
export function sendEvent(
  { child }: Environment,
  event: unknown,
  requestId: string,
  timeoutMs: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(outcome);
    };
    const onMessage = (message: unknown) => {
      if (!('initialized' in (message as Initialized))) return settle(message as InvocationResult);
      clearTimeout(timer);
      timer = setTimeout(end, timeoutMs);
    };
    const onExit = (code: number | null, signal: string | null) =>
      settle({ ended: signal ? `signal ${signal}` : `status ${code}` });
    const end = () => {
      child.kill('SIGKILL');
      settle({ timedOutAfterMs: timeoutMs });
    };
    let timer = setTimeout(end, INIT_MS);
    child.on('message', onMessage);
    child.on('exit', onExit);
    const invocation: Invocation = {
      event: event ?? null,
      requestId,
      timeoutMs,
    };
    child.send(invocation);
  });
}
