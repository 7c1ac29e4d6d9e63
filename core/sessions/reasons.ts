/**
 * Why an event is set aside: the closed list, each with what a person reads. The names are data:
 * `tributary replay --reason` and the SQL on rejected events match on them.
 */
export const REASONS = {
  'not-utf8': 'The bytes are not UTF-8',
  'byte-order-mark': 'The bytes begin with a byte order mark, which no line of a JSON file may',
  'not-json': 'The bytes are not one JSON document',
  'too-deep': 'Objects and arrays are nested more than 64 deep',
  'not-an-object': 'The JSON document is not an object',
  'line-break':
    'The object is spread over several lines; delivered files hold one event a line, and Athena reads no other',
  'duplicate-key':
    'An object holds the same key twice: readers disagree which one counts, and Athena reads neither',
  'forbidden-key': 'A key is named __proto__',
  'reserved-field': 'The event already holds a field that enrichment adds; was it enriched before?',
  'missing-session-id': 'session_id is absent, null or blank',
  'invalid-session-id':
    'session_id is no string, longer than 256 characters or holds half a surrogate pair, so it cannot be a partition key',
  'missing-country': 'country is absent, null or blank',
  'invalid-country': 'country is not a string',
  'missing-history': 'browsing_history is absent or null',
  'invalid-history': 'browsing_history is not an array',
  'ambiguous-history': 'The event holds both browsing_history and browse_history',
  'invalid-entry': 'An entry of the history is not an object',
  'invalid-product-code': 'product_code is not a string with something in it',
  'invalid-quantity':
    'quantity is no whole number from 0 on, nor a string of digits that holds one',
  'invalid-cart-flag': 'in_shopping_cart is neither true nor false',
  'quantity-overflow': 'The sum of the quantities is beyond 2^53 - 1 and would not be exact',
  'too-large': 'The event, enriched, would be beyond what Kinesis and Firehose take as one record',
} as const;

export type Reason = keyof typeof REASONS;

/** `field`: a path such as `browsing_history[3].quantity`. `detail`: what was found, cut short. */
export interface Rejected {
  readonly reason: Reason;
  readonly field?: string;
  readonly detail?: string;
}
