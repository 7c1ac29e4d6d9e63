// An execution environment of Lambda: one process, one module instance, one event at a time.
import { enableCompileCache } from 'node:module';

const [modulePath = '', exportName = '', cacheFolder = ''] = process.argv.slice(2);

/** What the local stage sends: an event, and until when it may take. */
export interface Invocation {
  event: unknown;
  requestId: string;
  deadline: number;
}

/** What it gets back: results travel as JSON, as they do from Lambda. */
export type InvocationResult =
  | { payload: string }
  | { failure: { errorType: string; errorMessage: string; trace: string[] } };

// Environments of a function share the compiled code, so that a cold start costs little here.
enableCompileCache(cacheFolder);

/** Output first: the stage may end this process as soon as it has the answer. */
async function answer(message: InvocationResult): Promise<void> {
  await new Promise<unknown>((resolve) => process.stdout.write('', resolve));
  await new Promise<unknown>((resolve) => process.stderr.write('', resolve));
  process.send?.(message);
}

process.on('message', async ({ event, requestId, deadline }: Invocation) => {
  try {
    const handlers = await import(modulePath);
    const result = await handlers[exportName](event, {
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    await answer({ payload: JSON.stringify(result ?? null) });
  } catch (error) {
    const { name, message, stack } = error as Error;
    await answer({
      failure: { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] },
    });
  }
});

// The stage is gone: so is the environment.
process.on('disconnect', () => process.exit());
