// An execution environment of Lambda: one process, one module instance, one event at a time.
import { flushCompileCache } from 'node:module';

const [modulePath = '', exportName = ''] = process.argv.slice(2);

/** What the local stage sends: an event, and how long its handler may take. */
export interface Invocation {
  event: unknown;
  requestId: string;
  timeoutMs: number;
}

/** What it gets back first: the module is loaded, the handler begins. */
export interface Initialized {
  initialized: true;
}

/** What it gets back then: results travel as JSON, as they do from Lambda. */
export type InvocationResult = (
  | { payload: string }
  | { failure: { errorType: string; errorMessage: string; trace: string[] } }
) & {
  /** Of memory, in MB. */
  usedMb: number;
};

// For this process alone, see execution-environment.ts.
delete process.env.NODE_COMPILE_CACHE;
delete process.env.NODE_COMPILE_CACHE_PORTABLE;
// An import of node:http reads all its exports, and would load undici for these: 30 ms of CPU. They remain there.
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) {
  Object.defineProperty(http, name, { enumerable: false });
}
// Most environments are killed, which leaves no time to write the compiled code at the end.
let isWritten = false;

const usedMb = () => Math.ceil(process.memoryUsage.rss() / 1024 / 1024);

/** Output first: the stage may end this process as soon as it has the result. */
async function respond(message: InvocationResult): Promise<void> {
  await new Promise<unknown>((resolve) => process.stdout.write('', resolve));
  await new Promise<unknown>((resolve) => process.stderr.write('', resolve));
  process.send?.(message);
}

process.on('message', async ({ event, requestId, timeoutMs }: Invocation) => {
  try {
    const handlers = await import(modulePath);
    if (!isWritten) flushCompileCache();
    isWritten = true;
    process.send?.({ initialized: true } satisfies Initialized);
    const deadline = Date.now() + timeoutMs;
    const result = await handlers[exportName](event, {
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    await respond({ payload: JSON.stringify(result ?? null), usedMb: usedMb() });
  } catch (error) {
    const { name, message, stack } = error as Error;
    const trace = stack?.split('\n') ?? [];
    await respond({ failure: { errorType: name, errorMessage: message, trace }, usedMb: usedMb() });
  }
});

// The stage is gone: so is the environment.
process.on('disconnect', () => process.exit());

// Ctrl-C on a terminal reaches this process too: the stage decides when it ends.
process.on('SIGINT', () => {});
