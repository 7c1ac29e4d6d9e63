import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { unpackRejected } from '../../core/sessions/rejected-lines.ts';
import type { RejectedLine } from './rejected-lines.ts';

/** An event that was set aside, as it is sent again. */
export interface ReplayedEvent extends KeyedRecord {
  readonly eventId: string;
  readonly reason: string;
}

/**
 * Puts lines together to events: each once, however often Lambda and Firehose wrote it, and those of
 * several parts when the last part has come. Holds what is not whole, and nothing else.
 */
export function createAssembly() {
  const done = new Set<string>();
  const open = new Map<string, Map<number, RejectedLine>>();

  /** The lines of events that are whole with this line; none if it is known, or a part is missing. */
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
    /** The ids of events that are not whole. */
    incomplete: (): string[] => [...open.values()].flatMap((parts) => firstIdOf(parts)),
  };
}

const firstIdOf = (parts: Map<number, RejectedLine>): string[] =>
  [...parts.values()].slice(0, 1).map(({ eventId }) => eventId);

/** The events of these lines with their original bytes, in the order in which the source had them. */
export function toEvents(lines: readonly RejectedLine[]): ReplayedEvent[] {
  const { events } = unpackRejected(lines.map(({ text }) => text));
  return events
    .sort((a, b) => comparePositions(a.sequenceNumber, b.sequenceNumber))
    .map(({ eventId, reason, partitionKey, original }) => ({
      eventId,
      reason,
      partitionKey,
      data: original,
    }));
}

/** Sequence numbers are whole numbers of any length. */
const comparePositions = (a: string, b: string): number =>
  a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
