import type { Reason, Rejected } from './reasons.ts';

/**
 * The tokens of a JSON document (RFC 8259), read off its bytes without building anything. Why not
 * JSON.parse: it keeps the last of two equal keys without a word, builds what nobody needs, and
 * leaves no time for the checks. With it, enrichment reached 0.46 of the speed of bare JSON.parse;
 * without, 0.7 (bench/sessions). A test holds both against each other on random documents.
 *
 * The document is in `TEXT`, a constant with a zero behind its last byte: a zero ends every loop,
 * and V8 knows the address and length of a constant, which makes a byte a third cheaper to read. An
 * import is no constant to V8: each module that reads bytes has `TEXT`, and the bytes that it looks
 * for, in constants of its own. `| 0` says that an offset is a whole number: without, V8 takes it out
 * of a tagged word for each byte and puts it back.
 *
 * Each function takes the offset where its token begins and returns the one behind it. There is one
 * document at a time; reading is synchronous.
 */

/** Longer documents are not read at all: Firehose takes records of 1,000 KiB. */
export const MAX_TEXT_BYTES = 1_000 * 1024;

/** With room for a zero and for words that begin in front of it. */
const TEXT = Buffer.alloc(MAX_TEXT_BYTES + 8);
/** For the other modules' `TEXT`. */
export const DOCUMENT = TEXT;

/** What has been found out on the way; fields of a constant, because they are cheap to reach. */
export const found = {
  /** The last string read holds a backslash. To be set to false before. */
  escape: false,
  /** A number read has an exponent. To be set to false before. */
  exponent: false,
  /** A line feed or carriage return was passed between two tokens. */
  lineBreak: false,
  /** The first thing that is JSON and yet rejected. */
  problem: undefined as Rejected | undefined,
};

/** The text is no JSON from byte `at` on, or too deep there. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly reason: 'not-json' | 'too-deep';

  constructor(reason: 'not-json' | 'too-deep', at: number) {
    super(`at byte ${at}`);
    this.reason = reason;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

// What interrupts the run through a string: its end, an escape, a control character.
const INTERRUPTS = new Uint8Array(256).fill(1, 0, 0x20);
for (const byte of Buffer.from('"\\')) INTERRUPTS[byte] = 1;
const ESCAPES = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) ESCAPES[byte] = 1;
/** The value of a hexadecimal digit and one; 0 for all other bytes. */
const HEX = new Uint8Array(256);
for (let digit = 0; digit < 16; digit++) {
  const spelled = digit.toString(16);
  for (const byte of Buffer.from(spelled + spelled.toUpperCase())) HEX[byte] = digit + 1;
}

const VIEW = new DataView(TEXT.buffer, TEXT.byteOffset, TEXT.length);

/** The four bytes from `at` on as one number: names are compared a word at a time. */
export function wordAt(at: number): number {
  return VIEW.getInt32(at, true);
}

export function wordOf(fourBytes: string): number {
  return Buffer.from(fourBytes).readInt32LE();
}

/** Takes in a document of at most `MAX_TEXT_BYTES`, known to be UTF-8. */
export function load(bytes: Uint8Array): void {
  TEXT.set(bytes);
  TEXT[bytes.length] = 0;
  found.lineBreak = false;
  found.problem = undefined;
}

export function notJson(at: number): never {
  throw new Unreadable('not-json', at);
}

/** Remembers the first problem; reading goes on, so that broken JSON is always called that. */
export function note(reason: Reason, field?: string, detail?: string): void {
  if (found.problem !== undefined) return;
  found.problem = {
    reason,
    ...(field === undefined ? {} : { field: cut(field, 200) }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** At most `length` units; readable, though the cut may go through a surrogate pair. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}

/** The string whose bytes between the quotes are [start, stop). */
export function decode(start: number, stop: number, escaped: boolean): string {
  const text = TEXT.toString('utf8', start, stop);
  return escaped ? (JSON.parse(`"${text}"`) as string) : text;
}

/** To the next byte that is no white space. */
export function skipSpace(at: number): number {
  // Small, so that V8 always inlines it: compact JSON has no white space.
  return (TEXT[at] as number) > 0x20 ? at : skipSpaces(at);
}

function skipSpaces(from: number): number {
  let at = from;
  for (;;) {
    const byte = TEXT[at] as number;
    if (byte > 0x20) return at;
    if (byte === 0x0a || byte === 0x0d) found.lineBreak = true;
    else if (byte !== 0x20 && byte !== 0x09) return notJson(at);
    at++;
  }
}

/** From behind the opening quote to the closing one. */
export function skipString(from: number): number {
  let at = from | 0;
  for (;;) {
    const byte = TEXT[at] as number;
    if (INTERRUPTS[byte] === 0) at++;
    else if (byte === QUOTE) return at;
    else if (byte < 0x20) return notJson(at);
    else at = skipEscape(at + 1) | 0;
  }
}

/** From behind a backslash. */
function skipEscape(at: number): number {
  found.escape = true;
  if (ESCAPES[TEXT[at] as number] === 1) return at + 1;
  const stop = skipUnit(at);
  if (((TEXT[at + 1] as number) | 0x20) !== 0x64) return stop;
  const kind = HEX[TEXT[at + 2] as number] as number;
  if (kind < 9) return stop;
  // Half a surrogate pair: UTF-8 cannot hold it, and DuckDB then reads nothing of the whole file.
  if (kind < 13 && TEXT[stop] === BACKSLASH && isLowSurrogate(stop + 1)) return skipUnit(stop + 1);
  note('unpaired-surrogate', undefined, `at byte ${at - 1}`);
  return stop;
}

/** From the `u` of an escape with four digits. */
function skipUnit(at: number): number {
  if (TEXT[at] !== 0x75) return notJson(at);
  for (let i = at + 1; i <= at + 4; i++) if (HEX[TEXT[i] as number] === 0) return notJson(i);
  return at + 5;
}

function isLowSurrogate(at: number): boolean {
  const isD = ((TEXT[at + 1] as number) | 0x20) === 0x64;
  return TEXT[at] === 0x75 && isD && (HEX[TEXT[at + 2] as number] as number) > 12;
}

export function skipNumber(from: number): number {
  let at = TEXT[from] === MINUS ? from + 1 : from;
  at = TEXT[at] === ZERO ? at + 1 : skipDigits(at);
  if (TEXT[at] === 0x2e) at = skipDigits(at + 1);
  if (TEXT[at] === 0x65 || TEXT[at] === 0x45) {
    found.exponent = true;
    at++;
    if (TEXT[at] === 0x2b || TEXT[at] === MINUS) at++;
    at = skipDigits(at);
  }
  return at;
}

/** Any shorter number without an exponent is in the range. */
const SURE_LENGTH = 18;

/** A number that every reader takes: finite as a double, and at most 64 bits in front of its point. */
export function skipNumberInRange(from: number): number {
  found.exponent = false;
  const stop = skipNumber(from);
  const isSure = stop - from <= SURE_LENGTH && !found.exponent;
  if (!isSure && !isNumberInRange(TEXT.toString('latin1', from, stop))) {
    note('number-out-of-range', undefined, `at byte ${from}`);
  }
  return stop;
}

/** Whether every reader takes this number of JSON. */
export function isNumberInRange(text: string): boolean {
  const [whole = ''] = text.match(/^-?\d+/) ?? [];
  if (whole.length > 20) return false;
  const value = BigInt(whole);
  // pyarrow takes no larger exponent, not even of 0, and Polars none with more than 32 bits in front of its last digit.
  const exponent = Number(text.split(/e/i)[1] ?? 0);
  if (exponent > 308 || exponent <= -(10 ** 10)) return false;
  return value >= -(2n ** 63n) && value < 2n ** 64n && Number.isFinite(Number(text));
}

function skipDigits(from: number): number {
  let at = from | 0;
  while ((TEXT[at] as number) >= ZERO && (TEXT[at] as number) <= NINE) at++;
  return at > from ? at : notJson(at);
}

const TRUE = wordOf('true');
const FALS = wordOf('fals');
const NULL = wordOf('null');

/** Passes `true`, `false` or `null`. */
export function skipWord(at: number): number {
  const word = wordAt(at);
  if (word === TRUE || word === NULL) return at + 4;
  return word === FALS && TEXT[at + 4] === 0x65 ? at + 5 : notJson(at);
}
