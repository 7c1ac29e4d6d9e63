import type { KeyedRecord } from '../kinesis/records.ts';
import { partOf } from './event-id.ts';
import type { RejectedLine } from './read-rejected.ts';
import { type RejectedEvent, unpackRejected } from './rejected-lines.ts';

/** A rejected event, as it is replayed. */
export interface ReplayedEvent extends KeyedRecord {
  readonly eventId: string;
  /** In which it was rejected. */
  readonly stream: string;
  readonly reason: string;
}

/**
 * Joins lines to events: each once, however often Lambda and Firehose wrote it, and those of several
 * parts when the last part is read. Holds incomplete events and nothing else.
 */
export function createAssembly() {
  const done = new Set<string>();
  const open = new Map<string, Map<number, RejectedLine>>();

  /** The lines of the event that this line completes; none if it is a copy, or a part is missing. */
  function complete(line: RejectedLine): RejectedLine[] {
    const key = `${line.stream}/${line.eventId}`;
    if (done.has(key)) return [];
    const parts = open.get(key) ?? new Map<number, RejectedLine>();
    parts.set(line.part, line);
    if (parts.size < line.parts) {
      open.set(key, parts);
      return [];
    }
    open.delete(key);
    done.add(key);
    return [...parts.values()];
  }

  return {
    complete,
    /** A line of each event of which a part is missing. */
    incomplete: (): RejectedLine[] =>
      [...open.values()].flatMap((parts) => [...parts.values()].slice(0, 1)),
  };
}

/** The events of these lines with their original bytes, in the order in which the source had them. */
export function toEvents(lines: readonly RejectedLine[]): ReplayedEvent[] {
  const { events } = unpackRejected(lines.map(({ text }) => text));
  return events
    .sort(comparePositions)
    .map(({ eventId, stream, reason, partitionKey, original }) => ({
      eventId,
      stream,
      reason,
      partitionKey,
      data: original,
    }));
}

/** Lines of one record, too, are not in its order: Firehose gets those that it throttled again, later. */
const comparePositions = (a: RejectedEvent, b: RejectedEvent): number =>
  compareNumbers(a.sequenceNumber, b.sequenceNumber) || partOf(a.eventId) - partOf(b.eventId);

/** Sequence numbers are whole numbers of any length. */
const compareNumbers = (a: string, b: string): number =>
  a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
