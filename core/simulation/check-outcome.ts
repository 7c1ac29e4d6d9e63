import type { Scope } from '../names.ts';
import { type ArrivedEvent, readEnriched } from './arrived-event.ts';
import { digestOf, type ExpectedEvent, isAccepted } from './expected-event.ts';

export interface Finding {
  readonly count: number;
  /** The first few, for a person. */
  readonly first: readonly string[];
}

export interface OutcomeReport {
  /** Events that should arrive in this stream, and those of them that did. */
  readonly expected: number;
  readonly arrived: number;
  /** Delivered more often than sent, which "at least once" allows. */
  readonly repeated: Finding;
  readonly lost: Finding;
  /** Never sent, changed on the way, or in the wrong stream. */
  readonly unexpected: Finding;
  /** Added fields that do not follow from the event's own fields. */
  readonly wrong: Finding;
  /** Behind an event of their session that was sent later. */
  readonly disordered: Finding;
  /** Nothing lost, unexpected, wrong or out of order. */
  readonly isMet: boolean;
}

export interface OutcomeCheck {
  /** Takes the events of a stream, those of a session in their order. */
  take(event: ArrivedEvent): void;
  /** Whether all that is expected has arrived. */
  isComplete(): boolean;
  report(): OutcomeReport;
}

/** An event that is expected, as often as it was sent. */
interface Entry {
  readonly expected: ExpectedEvent;
  /** Its places in the order of sending. */
  readonly places: number[];
  found: number;
}

/**
 * Compares the events of one stream with those that were sent. Independent of the code it checks: it
 * recognises an event by the digest of its original bytes, reads it with JSON.parse, and computes the
 * sums on its own.
 */
export function createOutcomeCheck(events: Iterable<ExpectedEvent>, scope: Scope): OutcomeCheck {
  const entries = new Map<string, Entry>();
  let expected = 0;
  for (const event of events) {
    if (!belongs(event, scope)) continue;
    const entry = entries.get(event.digest) ?? { expected: event, places: [], found: 0 };
    entry.places.push(expected++);
    entries.set(event.digest, entry);
  }
  const seen = new Set<string>();
  const lastPlace = new Map<string, number>();
  let arrived = 0;
  const repeated = createFinding();
  const unexpected = createFinding();
  const wrong = createFinding();
  const disordered = createFinding();

  function take(event: ArrivedEvent): void {
    const read = scope.kind === 'sent' ? undefined : readEnriched(event.data);
    const id = read?.eventId ?? positionOf(event);
    const name = read ? `event ${id} of session ${read.sessionId}` : `record ${id}`;
    const entry = entries.get(digestOf(read?.original ?? event.data));
    if (seen.has(id)) repeated.add(name);
    else if (entry === undefined) unexpected.add(`${name}: not for this stream, or other bytes`);
    // A retry may store a record twice; the second one has a position, and an event_id, of its own.
    else if (entry.found === entry.places.length) repeated.add(name);
    else settle(entry, name, read?.faults(entry.expected) ?? []);
    seen.add(id);
  }

  function settle(entry: Entry, name: string, faults: readonly string[]): void {
    const { session_id: session } = entry.expected;
    const place = entry.places[entry.found++] as number;
    arrived++;
    // Some rejected events, such as `null`, are the same bytes in any session.
    if (!isAccepted(entry.expected)) return;
    if (place < (lastPlace.get(session) ?? 0)) disordered.add(name);
    // A later copy may as well be the first one, delivered again: it says nothing of what follows.
    else if (entry.found === 1) lastPlace.set(session, place);
    for (const fault of faults) wrong.add(`${name}: ${fault}`);
  }

  return {
    take,
    isComplete: () => arrived === expected,
    report() {
      const lost = createFinding();
      for (const { expected: event, places, found } of entries.values()) {
        for (let i = found; i < places.length; i++) {
          lost.add(`number ${(places[i] as number) + 1}, of session ${event.session_id}`);
        }
      }
      const faults = [lost, unexpected, wrong, disordered];
      const isMet = faults.every(({ count }) => count === 0);
      return { expected, arrived, repeated, lost, unexpected, wrong, disordered, isMet };
    },
  };
}

const positionOf = ({ shardId, sequenceNumber, part }: ArrivedEvent): string =>
  `${shardId}:${sequenceNumber}${part > 0 ? `#${part}` : ''}`;

function belongs(event: ExpectedEvent, scope: Scope): boolean {
  if (scope.kind === 'sent') return true;
  if (!isAccepted(event)) return false;
  return scope.kind === 'enriched' || scope.segment === event.segment;
}

const SHOWN = 5;

function createFinding() {
  const first: string[] = [];
  let count = 0;
  return {
    first,
    get count() {
      return count;
    },
    add(example: string): void {
      count++;
      if (first.length < SHOWN) first.push(example);
    },
  };
}
