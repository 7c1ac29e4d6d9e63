import { compareSequenceNumbers, type StreamRecord } from '../kinesis/records.ts';
import type { MappingSettings } from '../service/stream-settings.ts';
import type { Discard } from './failure-destination.ts';

/** What the processing of a batch needs of the world. */
export interface BatchWorld {
  /** Hands records to the function; rejects with what the function raised. */
  invoke(records: readonly StreamRecord[]): Promise<unknown>;
  /** Discards records, to the on-failure destination where there is one. */
  discard(records: readonly StreamRecord[], why: Discard): Promise<void>;
  acknowledge(records: readonly StreamRecord[]): void;
  /** Waits before the next attempt; `failures` counts from 1. */
  pause(failures: number): Promise<void>;
  now(): number;
  /** True once the stage closes: the rest stays in the stream. */
  isClosed(): boolean;
}

interface Batch {
  records: readonly StreamRecord[];
  failures: number;
  invocations: number;
  functionError: boolean;
}

/**
 * Processes one batch of a shard as Lambda does: every record is acknowledged or discarded, in order,
 * before the next batch starts.
 *
 * - A function error, or a report that names no record of the batch, fails the whole batch. With
 *   bisecting it is split in two, which costs no retry; otherwise it is retried, which costs one.
 * - A report acknowledges the records before the lowest sequence number in it; the rest is retried,
 *   what succeeded behind it included, and costs a retry even when some got through: AWS promises
 *   nothing better.
 * - Records that are too old or out of retries are discarded.
 */
export async function processBatch(
  records: readonly StreamRecord[],
  settings: MappingSettings,
  world: BatchWorld,
): Promise<void> {
  const waiting: Batch[] = [{ records, failures: 0, invocations: 0, functionError: false }];
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    if (world.isClosed()) return;
    const oldest = world.now() / 1_000 - settings.maxAgeSeconds;
    const expired = batch.records.findLastIndex(({ arrivedAt }) => arrivedAt < oldest) + 1;
    if (expired > 0) {
      await discard(batch, batch.records.slice(0, expired), 'RecordAgeExceeded');
      if (expired < batch.records.length) {
        waiting.unshift({ ...batch, records: batch.records.slice(expired) });
      }
      continue;
    }

    const outcome = await invoke(batch.records);
    if (world.isClosed()) return;
    batch.invocations += 1;
    batch.functionError = outcome.functionError;
    world.acknowledge(batch.records.slice(0, outcome.succeeded));
    const rest = batch.records.slice(outcome.succeeded);
    if (rest.length === 0) continue;

    if (outcome.complete && settings.bisects && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      waiting.unshift(
        { ...batch, records: rest.slice(0, middle) },
        { ...batch, records: rest.slice(middle) },
      );
      continue;
    }
    const failures = batch.failures + 1;
    if (failures > settings.retries) {
      await discard(batch, rest, 'RetryAttemptsExhausted');
      continue;
    }
    await world.pause(failures);
    waiting.unshift({ ...batch, records: rest, failures });
  }

  function discard(batch: Batch, lost: readonly StreamRecord[], condition: Discard['condition']) {
    const { invocations, functionError } = batch;
    return world.discard(lost, { condition, invocations, functionError });
  }

  async function invoke(sent: readonly StreamRecord[]) {
    let result: unknown;
    try {
      result = await world.invoke(sent);
    } catch {
      return { succeeded: 0, complete: true, functionError: true };
    }
    if (!settings.reportsItemFailures) {
      return { succeeded: sent.length, complete: false, functionError: false };
    }
    const succeeded = readReport(result, sent);
    return { succeeded: succeeded ?? 0, complete: succeeded === undefined, functionError: false };
  }
}

/**
 * How many records of the batch succeeded, by the function's response; undefined when the response is
 * one that Lambda takes for a complete failure.
 */
export function readReport(result: unknown, sent: readonly StreamRecord[]): number | undefined {
  if (result === null || result === undefined) return sent.length;
  if (typeof result !== 'object') return undefined;
  const failures = (result as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === null || failures === undefined) return sent.length;
  if (!Array.isArray(failures)) return undefined;
  const reported = failures.map((each) => each?.itemIdentifier as unknown);
  const known = new Set(sent.map(({ sequenceNumber }) => sequenceNumber));
  if (!reported.every((id) => typeof id === 'string' && known.has(id))) return undefined;
  const [lowest] = (reported as string[]).sort(compareSequenceNumbers);
  return lowest === undefined
    ? sent.length
    : sent.findIndex(({ sequenceNumber }) => sequenceNumber === lowest);
}
