import { createRandom, type Random } from 'seeded-random';
import { SEGMENTS, type Segment } from '../sessions/segments.ts';
import { createSession, type Draft, draftEvent, type Session, written } from './draft-event.ts';
import {
  digestOf,
  type ExpectedAccepted,
  type ExpectedEvent,
  type ExpectedRejected,
  type Sent,
} from './expected-event.ts';
import { PYTHON } from './json-style.ts';
import { expectedSegment, type Place, placesOf } from './places.ts';
import { type Spoilt, spoilEvent, withoutCountry } from './spoil-event.ts';

/** Shares are percentages of all events. */
export interface SimulationOptions {
  /** The same seed gives the same bytes on every machine. */
  readonly seed: number;
  /** How many are sent, copies included. */
  readonly count: number;
  /** Sent twice, up to fifty events later. */
  readonly duplicates?: number;
  readonly malformed?: number;
  readonly noCountry?: number;
  /** Of one single session. */
  readonly hotKey?: number;
  readonly segments?: readonly Segment[];
}

export interface SimulatedEvent {
  readonly data: Buffer;
  /** Its session's id, also if the event itself has none. */
  readonly partitionKey: string;
  readonly expected: ExpectedEvent;
  /** Sent before, byte for byte. */
  readonly isCopy: boolean;
}

/** Sessions that are active at the same time. */
const ACTIVE = 200;
const COPIED_OF_LAST = 50;

/**
 * Session events as shops send them, in the order to be sent: of many sessions at once, some long;
 * compact JSON and JSON as Python writes it; quantities as numbers and strings; both names of the
 * history; places in every country that a segment names; and invalid events, by the given shares. Each
 * has its expected outcome.
 */
export function* generateEvents(options: SimulationOptions): Generator<SimulatedEvent> {
  const { seed, count, duplicates = 0, malformed = 0, noCountry = 0, hotKey = 0 } = options;
  const random = createRandom(seed);
  const chance = (percent: number): boolean => random.chance(percent / 100);
  const { segments = SEGMENTS } = options;
  const places = placesOf(segments);
  const nextSession = createSessions(random, seed, places);
  const hot = createSession(random, `sim${seed}-hot`, places);
  const recent: SimulatedEvent[] = [];

  for (let n = 0; n < count; n++) {
    if (chance(duplicates) && recent.length > 0) {
      yield { ...random.pick(recent), isCopy: true };
      continue;
    }
    const session = chance(hotKey) ? hot : nextSession();
    const draft = draftEvent(random, session);
    const kind = random.next() * 100;
    let event: SimulatedEvent;
    if (kind < malformed) event = rejected(spoilEvent(random, draft), session);
    else if (kind < malformed + noCountry) event = rejected(withoutCountry(random, draft), session);
    else event = accepted(random, draft, session, segments);
    recent.push(event);
    if (recent.length > COPIED_OF_LAST) recent.shift();
    yield event;
  }
}

/** Returns one of the active sessions at random; where one ends, another begins. */
function createSessions(random: Random, seed: number, places: readonly Place[]): () => Session {
  let started = 0;
  const start = () => createSession(random, `sim${seed}-${(++started).toString(36)}`, places);
  const sessions = Array.from({ length: ACTIVE }, start);
  return () => {
    const at = random.int(0, ACTIVE - 1);
    const session = sessions[at] as Session;
    session.left--;
    if (session.left <= 0) sessions[at] = start();
    return session;
  };
}

function accepted(
  random: Random,
  draft: Draft,
  session: Session,
  segments: readonly Segment[],
): SimulatedEvent {
  const lineEnd = draft.style === PYTHON && random.chance(0.3) ? '\n' : '';
  const data = Buffer.from(`${written(draft)}${lineEnd}`);
  return simulated(data, session, {
    segment: expectedSegment(session.country, segments) ?? 'none',
    ...draft.aggregates,
  });
}

function rejected({ data, reason }: Spoilt, session: Session): SimulatedEvent {
  return simulated(data, session, { reason });
}

function simulated(
  data: Buffer,
  session: Session,
  outcome: Omit<ExpectedAccepted, keyof Sent> | Omit<ExpectedRejected, keyof Sent>,
): SimulatedEvent {
  return {
    data,
    partitionKey: session.id,
    expected: { session_id: session.id, digest: digestOf(data), ...outcome },
    isCopy: false,
  };
}
