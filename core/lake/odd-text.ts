import { isUtf8 } from 'node:buffer';

const REPLACEMENT = '\ufffd';

/**
 * How many strings of `value` are not what the API meant: an unpaired surrogate, or bytes that are no
 * UTF-8. `bytes` is what `value` was parsed from. Raw keeps them; tables show U+FFFD in their place.
 */
export function countOddText(bytes: Uint8Array, value: unknown): number {
  const mayHoldReplacements = !isUtf8(bytes);
  let count = 0;
  const visit = (each: unknown): void => {
    if (typeof each === 'string') {
      if (!each.isWellFormed() || (mayHoldReplacements && each.includes(REPLACEMENT))) count += 1;
    } else if (Array.isArray(each)) each.forEach(visit);
    else if (typeof each === 'object' && each !== null) Object.values(each).forEach(visit);
  };
  visit(value);
  return count;
}
