import { DOCUMENT, decode } from './json-tokens.ts';

const TEXT = DOCUMENT;

/** Strings that were decoded before, one a slot, of ASCII alone and at most `LONGEST` characters. */
const recent: string[] = new Array(64).fill('');
const LONGEST = 32;

/** As `decode`, for strings that many documents share: found again, one costs a third of a new one. */
export function decodeRecent(start: number, stop: number, escaped: boolean): string {
  const length = stop - start;
  if (escaped || length > LONGEST) return decode(start, stop, escaped);
  const slot = (31 * (TEXT[start] as number) + (TEXT[stop - 1] as number) + length) % recent.length;
  const known = recent[slot] as string;
  if (known.length === length && isAt(start, known)) return known;
  const text = decode(start, stop, false);
  // ASCII has as many characters as bytes, and no other text has.
  if (text.length === length) recent[slot] = text;
  return text;
}

function isAt(start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (TEXT[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
