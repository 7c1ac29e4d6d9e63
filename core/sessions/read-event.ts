import { isUtf8 } from 'node:buffer';
import {
  decode,
  found,
  load,
  MAX_TEXT_BYTES,
  note,
  notJson,
  QUOTE,
  skipSpace,
  skipString,
  TEXT,
  Unreadable,
} from './json-tokens.ts';
import {
  CLOSE_BRACE,
  firstMember,
  nextMember,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipColon,
  skipValue,
} from './json-values.ts';
import { KeyList } from './key-list.ts';
import { readHistory, type Totals } from './read-history.ts';
import type { Reason, Rejected } from './reasons.ts';

/** What enrichment adds; an event that already holds one of these is refused. */
export const ADDED_FIELDS = [
  'overall_product_quantity',
  'overall_in_shopping_cart',
  'total_different_products',
  'processing_timestamp',
  'segment',
  'event_id',
] as const;

/** What a valid event says, and the offset of its last brace. */
export interface SessionEvent extends Totals {
  sessionId: string;
  country: string;
  lastBrace: number;
}

const KEYS = new KeyList([
  'session_id',
  'country',
  'browsing_history',
  'browse_history',
  ...ADDED_FIELDS,
]);
const SESSION_ID = 0;
const FIRST_HISTORY = 2;
const FIRST_ADDED = 4;
const HISTORIES = (1 << FIRST_HISTORY) | (1 << (FIRST_HISTORY + 1));
const INVALID: readonly Reason[] = [
  'invalid-session-id',
  'invalid-country',
  'invalid-history',
  'invalid-history',
];

/** Kinesis takes partition keys of 1 to 256 characters. */
const MAX_KEY_LENGTH = 256;

/**
 * Reads and validates the bytes of one record: UTF-8, one JSON object on one line, no key twice in
 * any object, and the fields of the contract (session-events.md). Never throws. The first thing
 * wrong is the reason, except that broken JSON is called that whatever came before.
 */
export function readEvent(bytes: Uint8Array): SessionEvent | Rejected {
  if (bytes.length > MAX_TEXT_BYTES) {
    return { reason: 'too-large', detail: `${bytes.length} bytes` };
  }
  if (!isUtf8(bytes)) return { reason: 'not-utf8' };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { reason: 'byte-order-mark' };
  }
  load(bytes);
  try {
    const event = readObject(bytes.length);
    return found.problem ?? event;
  } catch (error) {
    if (error instanceof Unreadable) return { reason: error.reason, detail: error.message };
    throw error;
  }
}

function readObject(end: number): SessionEvent {
  const event = { sessionId: '', country: '', quantity: 0, inCart: 0, products: 0, lastBrace: 0 };
  let at = skipSpace(0);
  if (TEXT[at] !== OPEN_BRACE) {
    checkRest(skipValue(at, 0), end);
    note('not-an-object');
    return event;
  }
  let seen = 0;
  at = firstMember(at, 1);
  while (TEXT[at] !== CLOSE_BRACE) {
    const field = KEYS.read(at + 1, 1);
    if (field >= 0) {
      if ((seen & (1 << field)) !== 0) note('duplicate-key', KEYS.names[field]);
      else if (field >= FIRST_ADDED) note('reserved-field', KEYS.names[field]);
      seen |= 1 << field;
    }
    at = nextMember(readField(skipColon(KEYS.stop), field, event));
  }
  event.lastBrace = at;
  if (found.lineBreak) note('line-break');
  checkRest(at + 1, end);
  checkFields(event, seen);
  return event;
}

/** Reads a member's value into `event`; returns the offset behind it. */
function readField(at: number, field: number, event: SessionEvent): number {
  if (field < 0 || field >= FIRST_ADDED) return skipValue(at, 1);
  const first = TEXT[at];
  if (field >= FIRST_HISTORY && first === OPEN_BRACKET) {
    return readHistory(at, KEYS.names[field] as string, event);
  }
  if (field < FIRST_HISTORY && first === QUOTE) {
    found.escape = false;
    const stop = skipString(at + 1);
    const text = decode(at + 1, stop, found.escape);
    // UTF-8 has no lone surrogates, escapes may spell them.
    if (found.escape && !text.isWellFormed()) note(INVALID[field] as Reason, KEYS.names[field]);
    if (field === SESSION_ID) event.sessionId = text;
    else event.country = text;
    return stop + 1;
  }
  if (first !== 0x6e) note(INVALID[field] as Reason, KEYS.names[field]);
  else if (field >= FIRST_HISTORY) note('missing-history', KEYS.names[field]);
  return skipValue(at, 1);
}

/** Behind the object there may be white space only; a line break there ends the line, as it should. */
function checkRest(from: number, end: number): void {
  for (let at = from; at < end; at++) {
    const byte = TEXT[at];
    if (byte !== 0x0a && byte !== 0x20 && byte !== 0x0d && byte !== 0x09) notJson(at);
  }
}

function checkFields({ sessionId, country }: SessionEvent, seen: number): void {
  if (isBlank(sessionId)) note('missing-session-id', 'session_id');
  if (sessionId.length > MAX_KEY_LENGTH) note('invalid-session-id', 'session_id');
  if (isBlank(country)) note('missing-country', 'country');
  if ((seen & HISTORIES) === 0) note('missing-history', 'browsing_history');
  // Which of the two would count? The next reader might take the other.
  if ((seen & HISTORIES) === HISTORIES) note('ambiguous-history', 'browse_history');
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x80) && text.trim() === '';
}
