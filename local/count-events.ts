import type { Streaming } from 'local-aws/streaming.ts';
import { eventsOf } from '../core/sessions/events-of.ts';

/** How many events a record of any stream holds. */
export const countEvents = (data: Buffer): number =>
  eventsOf({ data, shardId: '', sequenceNumber: '', partitionKey: '', arrivedAt: new Date(0) })
    .length;

/**
 * Events that are not in the lake yet, by stream; undefined where counting them takes longer than `ms`.
 * One that is on its way from a stream to the next is counted in both.
 */
export async function countUndelivered(
  streaming: Pick<Streaming, 'undelivered'>,
  ms: number,
): Promise<Record<string, number> | undefined> {
  const end = performance.now() + ms;
  const counts: Record<string, number> = {};
  for await (const { name, data } of streaming.undelivered()) {
    if (performance.now() > end) return undefined;
    counts[name] = (counts[name] ?? 0) + countEvents(data);
  }
  return counts;
}
