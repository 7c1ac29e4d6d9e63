import {
  DOCUMENT,
  decode,
  found,
  note,
  notJson,
  skipNumberInRange,
  skipSpace,
  skipString,
  skipWord,
  Unreadable,
} from './json-tokens.ts';
import { StringSet } from './string-set.ts';

const TEXT = DOCUMENT;

/** Deeper documents are rejected: code that recurses must not run out of stack, here or downstream. */
export const MAX_DEPTH = 64;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const PROTO = '__proto__';

// The keys of the objects now open, by depth: none is allocated while reading.
const keysAt = Array.from({ length: MAX_DEPTH + 1 }, () => new StringSet());

/** Passes any value; `depth` is the number of objects and arrays around it. */
export function skipValue(at: number, depth: number): number {
  const byte = TEXT[at] as number;
  if (byte === QUOTE) return skipString(at + 1) + 1;
  if (byte === OPEN_BRACE) return skipObject(at, depth + 1);
  if (byte === OPEN_BRACKET) return skipArray(at, depth + 1);
  return byte > 0x39 ? skipWord(at) : skipNumberInRange(at);
}

function skipArray(from: number, depth: number): number {
  checkDepth(depth, from);
  let at = firstItem(from);
  while (TEXT[at] !== CLOSE_BRACKET) at = nextItem(skipValue(at, depth));
  return at + 1;
}

function skipObject(from: number, depth: number): number {
  checkDepth(depth, from);
  let at = firstMember(from, depth);
  while (TEXT[at] !== CLOSE_BRACE) {
    const stop = skipKey(at + 1, depth);
    at = nextMember(skipValue(skipColon(stop), depth));
  }
  return at + 1;
}

function checkDepth(depth: number, at: number): void {
  if (depth > MAX_DEPTH) throw new Unreadable('too-deep', at);
}

/** From an opening bracket to the first item or the closing bracket. */
export function firstItem(from: number): number {
  return skipSpace(from + 1);
}

/** From behind an item to the next one or the closing bracket. */
export function nextItem(from: number): number {
  if (TEXT[from] === CLOSE_BRACKET) return from;
  if (TEXT[from] === COMMA) {
    const at = TEXT[from + 1] === SPACE ? from + 2 : from + 1;
    if ((TEXT[at] as number) > SPACE && TEXT[at] !== CLOSE_BRACKET) return at;
  }
  return seekItem(from);
}

function seekItem(from: number): number {
  let at = skipSpace(from);
  if (TEXT[at] === CLOSE_BRACKET) return at;
  if (TEXT[at] !== COMMA) return notJson(at);
  at = skipSpace(at + 1);
  return TEXT[at] === CLOSE_BRACKET ? notJson(at) : at;
}

/** From an opening brace to the first key's quote or the closing brace. */
export function firstMember(from: number, depth: number): number {
  (keysAt[depth] as StringSet).clear();
  const at = skipSpace(from + 1);
  return TEXT[at] === QUOTE || TEXT[at] === CLOSE_BRACE ? at : notJson(at);
}

/** From behind a member's value to the next key's quote or the closing brace. */
export function nextMember(from: number): number {
  // Without white space, or with the one space that many writers put there, no call is needed.
  if (TEXT[from] === CLOSE_BRACE) return from;
  if (TEXT[from] === COMMA) {
    const at = TEXT[from + 1] === SPACE ? from + 2 : from + 1;
    if (TEXT[at] === QUOTE) return at;
  }
  return seekMember(from);
}

function seekMember(from: number): number {
  let at = skipSpace(from);
  if (TEXT[at] === CLOSE_BRACE) return at;
  if (TEXT[at] !== COMMA) return notJson(at);
  at = skipSpace(at + 1);
  return TEXT[at] === QUOTE ? at : notJson(at);
}

/** From a key's first byte to its closing quote; a key that may not be there is noted. */
export function skipKey(start: number, depth: number): number {
  found.escape = false;
  const stop = skipString(start);
  const escaped = found.escape;
  if (!(keysAt[depth] as StringSet).add(start, stop, escaped)) {
    note('duplicate-key', decode(start, stop, escaped));
  }
  // Harmless here, but code that copies such an object key by key changes its prototype.
  if ((escaped || stop - start === PROTO.length) && decode(start, stop, escaped) === PROTO) {
    note('forbidden-key', PROTO);
  }
  return stop;
}

/** From a key's closing quote to its value. */
export function skipColon(stop: number): number {
  if (TEXT[stop + 1] === COLON) {
    const at = TEXT[stop + 2] === SPACE ? stop + 3 : stop + 2;
    if ((TEXT[at] as number) > SPACE) return at;
  }
  return seekValue(stop);
}

function seekValue(stop: number): number {
  const at = skipSpace(stop + 1);
  return TEXT[at] === COLON ? skipSpace(at + 1) : notJson(at);
}
