import { isUtf8 } from 'node:buffer';
import { MAX_KEY_LENGTH } from '../kinesis/records.ts';
import { ADDED_FIELDS, FIELDS, type SessionField } from './fields.ts';
import {
  cut,
  DOCUMENT,
  decode,
  found,
  load,
  MAX_TEXT_BYTES,
  note,
  notJson,
  skipSpace,
  skipString,
  Unreadable,
} from './json-tokens.ts';
import { firstMember, nextMember, skipColon, skipValue } from './json-values.ts';
import { KeyList } from './key-list.ts';
import { isSpace } from './lines.ts';
import { readHistory, type Totals } from './read-history.ts';
import type { Reason, Rejected } from './reasons.ts';
import { decodeRecent } from './recent-texts.ts';

const TEXT = DOCUMENT;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;

/** What a valid event says, and the offset of its last brace. */
export interface SessionEvent extends Totals {
  sessionId: string;
  country: string;
  lastBrace: number;
}

const CHECKED = (FIELDS as readonly SessionField[]).filter(({ check }) => check !== undefined);
/** By key: the checked fields, then their second names, then what no producer may send. */
const OF_KEY = [...CHECKED, ...CHECKED.filter(({ alias }) => alias !== undefined)];
const KEYS = new KeyList([
  ...OF_KEY.map(({ name, alias }, i) => (i < CHECKED.length ? name : (alias as string))),
  ...ADDED_FIELDS.map(({ name }) => name),
]);
const FIRST_ADDED = OF_KEY.length;
const SESSION_ID = KEYS.names.indexOf('session_id');
const COUNTRY = KEYS.names.indexOf('country');

const TEXT_FIELD = 1;
const HISTORY = 2;
const NUMBER = 3;
const FLAG = 4;
const KIND = { text: TEXT_FIELD, history: HISTORY, number: NUMBER, flag: FLAG };
const KINDS = Uint8Array.from(OF_KEY, ({ check = 'text' }) => KIND[check]);
/** By key, the bit of its field: both names of a field have the same. */
const BITS = Int32Array.from(OF_KEY, (field) => 1 << CHECKED.indexOf(field));
const REQUIRED = CHECKED.reduce((bits, { required }, i) => bits | (required ? 1 << i : 0), 0);
const INVALID = OF_KEY.map(({ invalid }) => invalid?.[0] as Reason);
const MISSING = OF_KEY.map(({ missing }) => missing?.[0] as Reason);
/** The bits of keys that are two names of one field. */
const PAIRS = OF_KEY.slice(CHECKED.length).map((field, i) => ({
  both: (1 << CHECKED.indexOf(field)) | (1 << (CHECKED.length + i)),
  name: field.alias as string,
}));

/**
 * Reads and validates the bytes of one record: UTF-8, one JSON object on one line, no key twice in
 * any object, and the fields of the contract (fields.ts, docs/session-events.md). Never throws. The first thing
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
  filled = 0;
  at = firstMember(at, 1);
  while (TEXT[at] !== CLOSE_BRACE) {
    const { problem } = found;
    const begin = at + 1;
    const key = KEYS.read(begin, 1);
    if (key >= 0) {
      if ((seen & (1 << key)) !== 0) note('duplicate-key', KEYS.names[key]);
      else if (key >= FIRST_ADDED) note('reserved-field', KEYS.names[key]);
      seen |= 1 << key;
    }
    const { stop } = KEYS;
    at = readField(skipColon(stop), key, event);
    if (found.problem !== problem) nameMember(begin, stop);
    at = nextMember(at);
  }
  event.lastBrace = at;
  if (found.lineBreak) note('line-break');
  checkRest(at + 1, end);
  checkFields(event, seen);
  return event;
}

/** The fields of the document at hand that hold a value, as bits. */
let filled = 0;

/** Reads a member's value into `event`; returns the offset behind it. */
function readField(at: number, key: number, event: SessionEvent): number {
  if (key < 0 || key >= FIRST_ADDED) return skipValue(at, 1);
  const first = TEXT[at] as number;
  const kind = KINDS[key];
  if (kind === TEXT_FIELD && first === QUOTE) return readText(at, key, event);
  if (kind === HISTORY && first === OPEN_BRACKET) {
    filled |= BITS[key] as number;
    return readHistory(at, KEYS.names[key] as string, event);
  }
  const isFlag = first === 0x74 || first === 0x66;
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  if ((kind === FLAG && isFlag) || (kind === NUMBER && isNumber)) filled |= BITS[key] as number;
  else if (first !== 0x6e) note(INVALID[key] as Reason, KEYS.names[key]);
  else if (kind === HISTORY) note(MISSING[key] as Reason, KEYS.names[key]);
  return skipValue(at, 1);
}

/** Names the member, its key at [start, stop), in which something is wrong that has no path yet. */
function nameMember(start: number, stop: number): void {
  if (found.problem === undefined || found.problem.field !== undefined) return;
  found.problem = { ...found.problem, field: cut(decode(start, stop, true), 200) };
}

function readText(at: number, key: number, event: SessionEvent): number {
  found.escape = false;
  const stop = skipString(at + 1);
  const read = key === COUNTRY ? decodeRecent : decode;
  const text = read(at + 1, stop, found.escape);
  if (!isBlank(text)) filled |= BITS[key] as number;
  if (key === SESSION_ID) event.sessionId = text;
  else if (key === COUNTRY) event.country = text;
  return stop + 1;
}

/** Behind the object there may be white space only; a line break there ends the line, as it should. */
function checkRest(from: number, end: number): void {
  for (let at = from; at < end; at++) {
    if (!isSpace(TEXT[at])) notJson(at);
  }
}

function checkFields({ sessionId }: SessionEvent, seen: number): void {
  if (sessionId.length > MAX_KEY_LENGTH) note('invalid-session-id', 'session_id');
  const missing = REQUIRED & ~filled;
  if (missing !== 0) {
    const field = 31 - Math.clz32(missing & -missing);
    note(MISSING[field] as Reason, KEYS.names[field]);
  }
  for (const { both, name } of PAIRS) {
    // Which of the two would count? The next reader might take the other.
    if ((seen & both) === both) note('ambiguous-history', name);
  }
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x80) && text.trim() === '';
}
