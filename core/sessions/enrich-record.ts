import { MAX_TEXT_BYTES, QUOTE } from './json-tokens.ts';
import { readEvent } from './read-event.ts';
import type { Rejected } from './reasons.ts';

/**
 * What an enriched event may weigh in bytes. Kinesis takes 1 MiB with the partition key, but every
 * event ends in Firehose, which takes 1,000 KiB with the line feed; the key, at most 1 KiB, fits in
 * between. A heavier event would fail there for ever.
 */
export const MAX_ENRICHED_BYTES = MAX_TEXT_BYTES - 1;

/** What is added besides the aggregates; the strings must need no escapes in JSON. */
export interface EnrichContext {
  readonly eventId: string;
  readonly processingTimestamp: string;
  readonly segmentOf: (country: string) => string;
  /** Memory for the enriched event. */
  readonly allocate?: (size: number) => Buffer;
}

/** A record for the enriched stream; its partition key is the session id. */
export interface Enriched {
  readonly data: Buffer;
  readonly partitionKey: string;
  readonly segment: string;
}

/**
 * Validates the bytes of one source record and splices the new fields in before the last brace, so
 * that the original (digits, escapes, white space, unknown fields) stays byte for byte.
 * An event that holds one of the new fields is rejected: overwriting it would change the original, a
 * second one of the same name would be read differently by each reader, and taking it over would
 * trust a stranger's sums. Replay sends originals, so it is not concerned.
 */
export function enrichRecord(data: Uint8Array, context: EnrichContext): Enriched | Rejected {
  const event = readEvent(data);
  if ('reason' in event) return event;

  const segment = context.segmentOf(event.country);
  const sums =
    `,"overall_product_quantity":${event.quantity},"overall_in_shopping_cart":${event.inCart}` +
    `,"total_different_products":${event.products}`;
  const shared = sharedFields(context.processingTimestamp, segment);
  const size = data.length + sums.length + shared.length + context.eventId.length + 1;
  if (size > MAX_ENRICHED_BYTES) return { reason: 'too-large', detail: `${size} bytes` };

  const { lastBrace } = event;
  const enriched = context.allocate?.(size) ?? Buffer.allocUnsafe(size);
  enriched.set(data);
  let to = lastBrace + enriched.write(sums, lastBrace, 'latin1');
  enriched.set(shared, to);
  to += shared.length;
  to += enriched.write(context.eventId, to, 'latin1');
  enriched[to++] = QUOTE;
  // The brace and nearly always nothing else: a loop is quicker than a view and a copy.
  for (let at = lastBrace; at < data.length; at++) enriched[to++] = data[at] as number;
  return { data: enriched, partitionKey: event.sessionId, segment };
}

/** By segment, what the events of one time have in common, up to the value of `event_id`. */
const sharedOf = { timestamp: '', bySegment: new Map<string, Buffer>() };

function sharedFields(timestamp: string, segment: string): Buffer {
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
