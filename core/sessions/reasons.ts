import { FIELD_REASONS } from './fields.ts';

/**
 * Why an event is rejected: the closed list, each with what a person reads. The names are data:
 * `tributary replay --reason` and the SQL on rejected events match on them.
 */
export const REASONS = {
  'damaged-aggregate':
    'The record is marked as one that the Kinesis Producer Library packed, and cannot be taken apart',
  'not-utf8': 'The bytes are not UTF-8',
  'byte-order-mark': 'The bytes begin with a byte order mark, which no line of a JSON file may',
  'not-json': 'The bytes are not one JSON document',
  'too-deep': 'Objects and arrays are nested more than 64 deep',
  'not-an-object': 'The JSON document is not an object',
  'line-break':
    'The object is spread over several lines; delivered files hold one event a line, and Athena reads no other',
  'duplicate-key':
    'An object holds the same key twice: readers disagree which one counts, and Athena reads neither',
  'unpaired-surrogate':
    'A string or key holds half a surrogate pair, such as "\\ud83d": no UTF-8 holds it, and DuckDB reads nothing of a file with one',
  'number-out-of-range':
    'A number is beyond a double, such as 1e400, or has more than 64 bits before its point: pandas, pyarrow or Polars read nothing of a file with one',
  'forbidden-key': 'A key is named __proto__',
  'reserved-field': 'The event already holds a field that enrichment adds; was it enriched before?',
  ...FIELD_REASONS,
  'ambiguous-history': 'The event holds both browsing_history and browse_history',
  'invalid-entry': 'An entry of the history is not an object',
  'quantity-overflow': 'The sum of the quantities is beyond 2^53 - 1 and would not be exact',
  'too-large': 'The event, enriched, would be beyond what Kinesis and Firehose take as one record',
} as const satisfies Record<string, string>;

export type Reason = keyof typeof REASONS;

/** `field`: a path such as `browsing_history[3].quantity`. `detail`: what was found, cut short. */
export interface Rejected {
  readonly reason: Reason;
  readonly field?: string;
  readonly detail?: string;
}
