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
  /** Came again under the same event id, which "at least once" allows. */
  readonly duplicated: Finding;
  readonly lost: Finding;
  /** Never sent, sent less often, changed on the way, or in the wrong stream. */
  readonly unexpected: Finding;
  /** Added fields that are not what the event's own fields add up to. */
  readonly wrong: Finding;
  /** Behind an event of their session that was sent later. */
  readonly disordered: Finding;
  /** Nothing lost, unexpected, wrong or out of order. */
  readonly isMet: boolean;
}

export interface OutcomeCheck {
  /** Takes what a stream holds, the events of a session in their order. */
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
 * Holds what arrives in one stream against what was sent. Independent of the code it checks: it
 * recognises an event by the digest of the bytes that were sent, reads it with JSON.parse, and sums
 * up by itself.
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
  const duplicated = createFinding();
  const unexpected = createFinding();
  const wrong = createFinding();
  const disordered = createFinding();

  function take(event: ArrivedEvent): void {
    const read = scope.kind === 'sent' ? undefined : readEnriched(event.data);
    const id = read?.eventId ?? positionOf(event);
    const name = read ? `event ${id} of session ${read.sessionId}` : `record ${id}`;
    const entry = entries.get(digestOf(read?.original ?? event.data));
    if (seen.has(id)) duplicated.add(name);
    else if (entry === undefined) unexpected.add(`${name}: not for here, or not in these bytes`);
    else if (entry.found === entry.places.length) unexpected.add(`${name}: sent less often`);
    else settle(entry, name, read?.faults(entry.expected) ?? []);
    seen.add(id);
  }

  function settle(entry: Entry, name: string, faults: readonly string[]): void {
    const { session_id: session } = entry.expected;
    const place = entry.places[entry.found++] as number;
    arrived++;
    // Some that are refused, such as `null`, are the same bytes in any session.
    if (!isAccepted(entry.expected)) return;
    if (place < (lastPlace.get(session) ?? 0)) disordered.add(name);
    else lastPlace.set(session, place);
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
      return { expected, arrived, duplicated, lost, unexpected, wrong, disordered, isMet };
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
