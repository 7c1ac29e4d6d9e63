import { eventIdOf } from '../../core/sessions/event-id.ts';
import { type StreamRecord, shardIdOf } from '../runtime/stream-event.ts';

/**
 * An event of a batch: the index of its record, and its number in an aggregated one. Both in one number,
 * because an object for each event outlives collections of garbage until its batch is written.
 */
export type Origin = number;

const PARTS = 2 ** 32;

export const originOf = (record: number, part = 0): Origin => record * PARTS + part;

export const recordOf = (origin: Origin): number => Math.floor(origin / PARTS);

/** The event's id; made when it is needed, which is seldom. */
export function idOf(origin: Origin, records: readonly StreamRecord[]): string {
  const record = records[recordOf(origin)] as StreamRecord;
  const part = origin % PARTS;
  return eventIdOf(shardIdOf(record), record.kinesis.sequenceNumber, part || undefined);
}
