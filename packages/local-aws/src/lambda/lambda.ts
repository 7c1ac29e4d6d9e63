import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, type WriteStream, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ALLOW_ALL, type Iam } from '../iam/iam.ts';
import type { PackagedFunction } from '../service/service.ts';
import { arn, LOCAL_REGION } from '../service/template.ts';
import type { Invocation, InvocationResult } from './lambda-environment.ts';

/** An error as a state machine sees it: the name is the handler's, the message Lambda's JSON. */
export class FunctionError extends Error {
  constructor(errorType: string, errorMessage: string, trace: string[] = []) {
    super(JSON.stringify({ errorType, errorMessage, trace }));
    this.name = errorType;
  }
}

export interface Lambda {
  /** Invokes a function synchronously; throws FunctionError. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Ends the environments of all functions; their logs are whole when it resolves. */
  close(): Promise<void>;
}

/**
 * Runs bundled handlers, each in execution environments of its own: a process with the function's
 * environment variables and memory. One event at a time; a new one starts when all are busy.
 * Output goes to `<folder>/logs/<function>.log`.
 */
export function createLambda(
  functions: Map<string, PackagedFunction>,
  folder: string,
  iam: Iam = ALLOW_ALL,
): Lambda {
  const idle = new Map<string, Set<ChildProcess>>();
  const closed = new Map<ChildProcess, Promise<unknown>>();
  const logs = new Map<string, WriteStream>();
  mkdirSync(join(folder, 'logs'), { recursive: true });

  for (const { name, archive } of functions.values()) {
    idle.set(name, new Set());
    for (const [path, content] of Object.entries(archive)) {
      const file = join(folder, 'code', name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  /** Lambda would run on and lose the log; here it is told. */
  function authorizeLogs({ name, role }: PackagedFunction): void {
    const resource = arn('logs', `log-group:/aws/lambda/${name}:log-stream:local`);
    iam.authorize(role, { action: 'logs:CreateLogStream', resource });
    iam.authorize(role, { action: 'logs:PutLogEvents', resource });
  }

  function logOf(name: string): WriteStream {
    const open = logs.get(name);
    if (open) return open;
    const log = createWriteStream(join(folder, 'logs', `${name}.log`), { flags: 'a' });
    log.setMaxListeners(0); // one pair of pipes for each environment
    logs.set(name, log);
    return log;
  }

  function start(fn: PackagedFunction): ChildProcess {
    const child = fork(
      new URL('./lambda-environment.ts', import.meta.url),
      [
        pathToFileURL(join(folder, 'code', fn.name, fn.module)).href,
        fn.exportName,
        join(folder, 'compiled'),
      ],
      {
        execArgv: [`--max-old-space-size=${fn.memoryMb}`],
        env: {
          ...fn.environment,
          // Signs the function's calls with its role's name: so the gateway knows the caller.
          AWS_ACCESS_KEY_ID: fn.role,
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_REGION: LOCAL_REGION,
          AWS_LAMBDA_FUNCTION_NAME: fn.name,
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    const log = logOf(fn.name);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    // 'close' comes after the last output. An environment that ends while it is idle is no failure.
    // Not once(): it rejects on 'error', which a failed send emits.
    closed.set(child, new Promise((resolve) => child.once('close', resolve)));
    child.on('error', () => {});
    for (const end of ['disconnect', 'exit']) {
      child.on(end, () => idle.get(fn.name)?.delete(child));
    }
    child.on('close', () => closed.delete(child));
    return child;
  }

  return {
    async invoke(functionName, event) {
      const fn = functions.get(functionName);
      const pool = idle.get(functionName);
      if (!fn || !pool) {
        throw new FunctionError('ResourceNotFoundException', `No function ${functionName}`);
      }
      authorizeLogs(fn);
      const [warm] = pool;
      const child = warm ?? start(fn);
      pool.delete(child);
      const answer = await ask(child, event, fn.timeoutSeconds * 1_000);
      if (child.connected) pool.add(child);
      if ('payload' in answer) return JSON.parse(answer.payload);
      const { errorType, errorMessage, trace } = answer.failure;
      throw new FunctionError(errorType, errorMessage, trace);
    },
    async close() {
      const all = [...closed];
      for (const [child] of all) child.kill('SIGKILL');
      await Promise.all(all.map(([, end]) => end));
      await Promise.all(
        [...logs.values()].map((log) => new Promise((resolve) => log.end(resolve))),
      );
    },
  };
}

/** One event to one environment. An environment that times out is ended, as Lambda does. */
function ask(child: ChildProcess, event: unknown, timeoutMs: number): Promise<InvocationResult> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (answer: unknown) => {
      settle();
      resolve(answer as InvocationResult);
    };
    const onExit = (code: number | null, signal: string | null) => {
      settle();
      const how = signal ? `signal ${signal}` : `status ${code}`;
      reject(new FunctionError('Runtime.ExitError', `The environment ended with ${how}`));
    };
    const timer = setTimeout(() => {
      settle();
      child.kill('SIGKILL');
      reject(new FunctionError('Sandbox.Timedout', `Task timed out after ${timeoutMs} ms`));
    }, timeoutMs);
    child.on('message', onMessage);
    child.on('exit', onExit);
    const invocation: Invocation = {
      event: event ?? null,
      requestId: randomUUID(),
      deadline: Date.now() + timeoutMs,
    };
    child.send(invocation);
  });
}
