import { DOCUMENT, found, note } from './json-tokens.ts';
import { firstItem, nextItem } from './json-values.ts';
import { codes, entry, readEntry } from './read-entry.ts';

const TEXT = DOCUMENT;
const CLOSE_BRACKET = 0x5d;

/** The aggregates, summed up while the history is read. */
export interface Totals {
  quantity: number;
  inCart: number;
  products: number;
}

/**
 * Reads the array at `from`, called `name` in the event, and adds its entries to `sum`. Returns the
 * offset behind it; the first thing wrong is noted with its path, `browsing_history[3].quantity`.
 */
export function readHistory(from: number, name: string, sum: Totals): number {
  codes.clear();
  let at = firstItem(from);
  for (let index = 0; TEXT[at] !== CLOSE_BRACKET; index++) {
    const before = found.problem;
    at = readEntry(at);
    sum.quantity += entry.quantity;
    if (entry.inCart) sum.inCart += entry.quantity;
    if (found.problem !== before && found.problem !== undefined) {
      const { field } = found.problem;
      const path = `${name}[${index}]`;
      found.problem = { ...found.problem, field: field === undefined ? path : `${path}.${field}` };
    }
    if (sum.quantity > Number.MAX_SAFE_INTEGER) note('quantity-overflow', name);
    at = nextItem(at);
  }
  sum.products = codes.size;
  return at + 1;
}
