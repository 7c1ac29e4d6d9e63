import type { Totals } from './read-history.ts';

const QUANTITY = Buffer.from(',"overall_product_quantity":');
const IN_CART = Buffer.from(',"overall_in_shopping_cart":');
const PRODUCTS = Buffer.from(',"total_different_products":');
const QUOTE = 0x22;
const NAMES_LENGTH = QUANTITY.length + IN_CART.length + PRODUCTS.length;

/** Of the event's id, in parts: two strings joined for each event take as long as its totals. */
export interface EventId {
  readonly eventId: string;
  /** What the id begins with, if `eventId` is the rest of it. */
  readonly eventIdPrefix?: string;
}

/** What enrichment adds to an event, as members of its object, in bytes; all of it is ASCII. */
export function lengthOfAdded(
  { quantity, inCart, products }: Totals,
  shared: Buffer,
  { eventId, eventIdPrefix = '' }: EventId,
): number {
  const digits = digitsOf(quantity) + digitsOf(inCart) + digitsOf(products);
  return NAMES_LENGTH + digits + shared.length + eventIdPrefix.length + eventId.length + 1;
}

/**
 * Writes the members at `from`; returns the offset behind them. Byte by byte: strings of 240 characters,
 * made and flattened for each event, take half as long again.
 */
export function writeAdded(
  target: Buffer,
  from: number,
  { quantity, inCart, products }: Totals,
  shared: Buffer,
  { eventId, eventIdPrefix = '' }: EventId,
): number {
  let at = writeTotal(target, from, QUANTITY, quantity);
  at = writeTotal(target, at, IN_CART, inCart);
  at = writeTotal(target, at, PRODUCTS, products);
  target.set(shared, at);
  at += shared.length;
  for (let i = 0; i < eventIdPrefix.length; i++) target[at++] = eventIdPrefix.charCodeAt(i);
  at += target.write(eventId, at, 'latin1');
  target[at] = QUOTE;
  return at + 1;
}

const sharedOf = { timestamp: '', bySegment: new Map<string, Buffer>() };

/** What the events of one batch and segment have in common, up to the value of `event_id`. */
export function sharedFields(timestamp: string, segment: string): Buffer {
  if (sharedOf.timestamp !== timestamp) {
    sharedOf.timestamp = timestamp;
    sharedOf.bySegment.clear();
  }
  const known = sharedOf.bySegment.get(segment);
  if (known !== undefined) return known;
  const fields = `,"processing_timestamp":"${timestamp}","segment":"${segment}","event_id":"`;
  const bytes = Buffer.from(fields, 'latin1');
  sharedOf.bySegment.set(segment, bytes);
  return bytes;
}

/** Of a whole number from 0 to Number.MAX_SAFE_INTEGER. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  return digits;
}

function writeTotal(target: Buffer, from: number, name: Buffer, value: number): number {
  target.set(name, from);
  let at = from + name.length;
  const digits = String(value);
  for (let i = 0; i < digits.length; i++) target[at++] = digits.charCodeAt(i);
  return at;
}
