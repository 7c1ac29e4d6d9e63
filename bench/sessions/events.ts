import { createRandom } from 'seeded-random';

const PLACES = [
  ['Washington', 'USA'],
  ['New York', 'USA'],
  ['San Francisco', 'USA'],
  ['São Paulo', 'Brazil'],
  ['München', 'Germany'],
  ['Kraków', 'Poland'],
  ['東京', 'Japan'],
  ['London', 'United Kingdom'],
] as const;

/**
 * Session events in the shape of the contract: one to twenty products each, small carts more often
 * than large ones (0.5 KB on average), a fifth of the quantities as strings.
 */
export function createEvents(count: number, seed: number): object[] {
  const random = createRandom(seed).next;
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const [city, country] = PLACES[below(PLACES.length)] as (typeof PLACES)[number];
    const products = Math.floor(21 ** random());
    return {
      session_id: `s-${below(1e9).toString(36)}`,
      customer_number: below(1e6),
      city,
      country,
      credit_limit: 500 * (1 + below(20)),
      browsing_history: Array.from({ length: products }, () => {
        const quantity = 1 + Math.floor(12 ** random());
        return {
          product_code: `Product${below(500)}`,
          quantity: random() < 0.2 ? String(quantity) : quantity,
          in_shopping_cart: random() < 0.4,
        };
      }),
    };
  });
}

/** JSON as Python's json.dumps writes it: a space behind commas and colons, \u escapes. */
export function dumpLikePython(value: unknown): string {
  const spaced = (item: unknown): string => {
    if (Array.isArray(item)) return `[${item.map(spaced).join(', ')}]`;
    if (typeof item !== 'object' || item === null) return JSON.stringify(item);
    const members = Object.entries(item).map(([key, v]) => `${JSON.stringify(key)}: ${spaced(v)}`);
    return `{${members.join(', ')}}`;
  };
  return spaced(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
