import {
  type EnrichContext,
  type Enriched,
  enrichRecord,
} from '../../../core/sessions/enrich-record.ts';
import type { Rejected } from '../../../core/sessions/reasons.ts';
import { createSegmentOf, SEGMENTS } from '../../../core/sessions/segments.ts';

export const context: EnrichContext = {
  eventId: '3-42',
  processingTimestamp: '2026-11-21T10:00:00.000Z',
  segmentOf: createSegmentOf(SEGMENTS),
};

/** The event of the contract's page. */
export const anEvent = {
  session_id: 'a1',
  customer_number: 100,
  city: 'Washington',
  country: 'USA',
  credit_limit: 1000,
  browsing_history: [
    { product_code: 'Product1', quantity: 2, in_shopping_cart: true },
    { product_code: 'Product2', quantity: 1, in_shopping_cart: false },
  ],
};

/** Enriches what is given: bytes as they are, a string as text, anything else as JSON. */
export function enrich(given: unknown): Enriched | Rejected {
  if (given instanceof Uint8Array) return enrichRecord(given, context);
  return enrichRecord(
    Buffer.from(typeof given === 'string' ? given : JSON.stringify(given)),
    context,
  );
}

/** The text of the enriched event; throws when it was refused. */
export function enrichedText(given: unknown): string {
  const result = enrich(given);
  if ('reason' in result) throw new Error(`${result.reason} ${result.field} ${result.detail}`);
  return result.data.toString();
}

/** What was added to the event of that text. */
export function addedTo(text: string): Record<string, unknown> {
  const before = new Set(Object.keys(JSON.parse(text)));
  const after = Object.entries(JSON.parse(enrichedText(text)));
  return Object.fromEntries(after.filter(([key]) => !before.has(key)));
}

/** An event with a single entry, whose quantity is spelled as given. */
export function eventWithQuantity(spelled: string): string {
  return `{"session_id":"a1","country":"USA","browsing_history":[{"product_code":"P","quantity":${spelled},"in_shopping_cart":true}]}`;
}
