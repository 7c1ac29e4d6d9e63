import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { TributaryError } from '../../core/errors.ts';
import { nameAwsError } from './aws-errors.ts';

/** One JSON line a call on standard output; the level is POWERTOOLS_LOG_LEVEL. */
export const logger = new Logger({ serviceName: 'tributary' });

interface RunContext {
  run?: { runId?: unknown };
}

/**
 * Makes a handler: `connect` runs once an execution environment, at its first event, so that a
 * missing setting is an error of that call with a name; `work` runs once an event.
 *
 * Each line carries the run's id; there is one for the outcome and one for an error. Results hold
 * counts and keys, and our errors hold no secret, so both may be logged. Any other error
 * is logged by name alone: its fields may hold headers.
 */
export function withMiddleware<Dependencies, Result>(
  connect: () => Dependencies,
  work: (event: unknown, dependencies: Dependencies, context: Context) => Promise<Result>,
) {
  let dependencies: Dependencies | undefined;
  return middy<unknown, Result>()
    .use({
      before: ({ event, context }) => {
        const { run } = (event ?? {}) as RunContext;
        logger.resetKeys();
        logger.appendKeys({
          function_name: context?.functionName,
          request_id: context?.awsRequestId,
          run_id: run?.runId,
        });
      },
      onError: ({ error }) => {
        const known = error instanceof TributaryError;
        logger.error(known ? error.message : 'unexpected error', {
          error_name: error?.name,
          transient: known ? error.transient : undefined,
        });
      },
    })
    .handler(async (event, context) => {
      dependencies ??= connect();
      const result = await work(event, dependencies, context).catch((error: unknown) => {
        throw nameAwsError(error);
      });
      logger.info('done', { result: summaryOf(result) });
      return result;
    });
}

/** Lists are logged by their length. */
function summaryOf(result: unknown): Record<string, unknown> {
  const entries = Object.entries((result ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.map(([k, v]) => [k, Array.isArray(v) ? v.length : v]));
}

/** One line with the counts of a batch of events; a warning when some are to be redelivered. */
export function logCounts(counts: { unplaced: number }): void {
  logger[counts.unplaced > 0 ? 'warn' : 'info']('events', { ...counts });
}
