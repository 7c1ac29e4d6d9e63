import { ENTRY_FIELDS } from './fields.ts';
import {
  DOCUMENT,
  decode,
  found,
  isNumberInRange,
  note,
  skipNumber,
  skipString,
  skipWord,
  wordAt,
  wordOf,
} from './json-tokens.ts';
import { firstMember, nextMember, skipColon, skipKey, skipValue } from './json-values.ts';
import type { Reason } from './reasons.ts';
import { StringSet } from './string-set.ts';

const TEXT = DOCUMENT;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NAMES: readonly string[] = ENTRY_FIELDS.map(({ name }) => name);
const PRODUCT_CODE = 0;
const QUANTITY = 1;
const IN_CART = 2;
const OTHER = -1;

// Inside the event (1) and its history (2).
const ENTRY_DEPTH = 3;

/** What the entry read last says. Without the flag it is not in the cart: only `true` counts. */
export const entry = { quantity: 0, inCart: false };

/** The product codes of the history being read. */
export const codes = new StringSet();

/**
 * Reads the entry at `from` into `entry` and its product code into `codes`; returns the offset
 * behind it. The first thing wrong is noted, its field relative to the entry.
 */
export function readEntry(from: number): number {
  entry.quantity = 0;
  entry.inCart = false;
  if (TEXT[from] !== OPEN_BRACE) {
    note('invalid-entry');
    return skipValue(from, ENTRY_DEPTH - 1);
  }
  let seen = 0;
  let at = firstMember(from, ENTRY_DEPTH);
  while (TEXT[at] !== CLOSE_BRACE) {
    let field = fieldAt(at);
    const stop =
      field < 0 ? skipKey(at + 1, ENTRY_DEPTH) : at + 1 + (NAMES[field] as string).length;
    if (field < 0 && found.escape) field = fieldSpelled(at + 1, stop);
    at = skipColon(stop);
    if (field === PRODUCT_CODE) at = readProductCode(at);
    else if (field === QUANTITY) at = readQuantity(at);
    else if (field === IN_CART) at = readFlag(at);
    else at = skipValue(at, ENTRY_DEPTH);
    if (field >= 0) {
      if ((seen & (1 << field)) !== 0) note('duplicate-key', NAMES[field]);
      seen |= 1 << field;
    }
    at = nextMember(at);
  }
  if ((seen & (1 << PRODUCT_CODE)) === 0) note('invalid-product-code', 'product_code', 'absent');
  if ((seen & (1 << QUANTITY)) === 0) note('invalid-quantity', 'quantity', 'absent');
  return at + 1;
}

// `"product_code"`, `"quantity"` and `"in_shopping_cart"` with their quotes, in overlapping words.
const PRO = wordOf('"pro');
const DUCT = wordOf('duct');
const COD = wordOf('_cod');
const ODE = wordOf('ode"');
const QUA = wordOf('"qua');
const NTIT = wordOf('ntit');
const ITY = wordOf('ity"');
const IN = wordOf('"in_');
const SHOP = wordOf('shop');
const PING = wordOf('ping');
const CAR = wordOf('_car');
const ART = wordOf('art"');

/**
 * Which field's name begins with the quote at `at`, or OTHER. Names are half the bytes of an event:
 * compared as constants, without a call, they save a tenth of enrichment's time over a KeyList.
 */
function fieldAt(at: number): number {
  const word = wordAt(at);
  if (word === PRO) {
    const isWhole = wordAt(at + 4) === DUCT && wordAt(at + 8) === COD && wordAt(at + 10) === ODE;
    return isWhole ? PRODUCT_CODE : OTHER;
  }
  if (word === QUA) {
    return wordAt(at + 4) === NTIT && wordAt(at + 6) === ITY ? QUANTITY : OTHER;
  }
  if (word !== IN || wordAt(at + 4) !== SHOP || wordAt(at + 8) !== PING) return OTHER;
  return wordAt(at + 12) === CAR && wordAt(at + 14) === ART ? IN_CART : OTHER;
}

/** The same for a name between the quotes at [start, stop) that is spelled with escapes. */
function fieldSpelled(start: number, stop: number): number {
  return NAMES.indexOf(decode(start, stop, true));
}

function readProductCode(at: number): number {
  if (TEXT[at] !== QUOTE || TEXT[at + 1] === QUOTE) {
    return refuse('invalid-product-code', PRODUCT_CODE, at);
  }
  found.escape = false;
  const stop = skipString(at + 1);
  codes.add(at + 1, stop, found.escape);
  return stop + 1;
}

function readFlag(at: number): number {
  entry.inCart = TEXT[at] === 0x74;
  return entry.inCart || TEXT[at] === 0x66
    ? skipWord(at)
    : refuse('invalid-cart-flag', IN_CART, at);
}

/** Takes the two common spellings in one pass, `2` and `"2"`. */
function readQuantity(from: number): number {
  const quoted = TEXT[from] === QUOTE;
  const start = (quoted ? from + 1 : from) | 0;
  let at = start;
  let value = 0;
  for (;;) {
    const digit = (TEXT[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at++;
  }
  if (quoted ? at === start || TEXT[at] !== QUOTE : at === start || isOdd(start, at)) {
    at = skipAny(from);
    value = readOddQuantity(from, at);
  } else if (quoted) at++;
  if (!Number.isSafeInteger(value)) return refuse('invalid-quantity', QUANTITY, from);
  entry.quantity = value;
  return at;
}

/** Whether the digits at [start, stop) are not all of a number (`1.0`, `1e3`), or none (`01`). */
function isOdd(start: number, stop: number): boolean {
  const next = TEXT[stop] as number;
  return next === 0x2e || (next | 0x20) === 0x65 || (TEXT[start] === 0x30 && stop > start + 1);
}

/**
 * The quantity spelled at [start, stop), or NaN. `1.0` and `1e3` are whole numbers to every JSON
 * reader, `1e999` is infinite, `0e999` ends some; a string must be digits and nothing else.
 */
function readOddQuantity(start: number, stop: number): number {
  const first = TEXT[start] as number;
  if (first === QUOTE) {
    const text = decode(start + 1, stop - 1, true);
    return /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  }
  const isUnsigned = first >= 0x30 && first <= 0x39;
  if (!isUnsigned) return Number.NaN;
  const number = TEXT.toString('latin1', start, stop);
  return isNumberInRange(number) ? Number(number) : Number.NaN;
}

/** Passes a value that will not do and notes it with its first bytes. */
function refuse(reason: Reason, field: number, from: number): number {
  const stop = skipAny(from);
  const shown = TEXT.toString('utf8', from, Math.min(stop, from + 60));
  note(reason, NAMES[field], stop > from + 60 ? `${shown}…` : shown);
  return stop;
}

/** The field has its own rule for numbers, and its own reason. */
function skipAny(from: number): number {
  const first = TEXT[from] as number;
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  return isNumber ? skipNumber(from) : skipValue(from, ENTRY_DEPTH);
}
