import { lengthOfAdded, sharedFields, writeAdded } from './added-fields.ts';
import { MAX_TEXT_BYTES } from './json-tokens.ts';
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
  readonly allocate?: (size: number, segment: string, sessionId: string) => Buffer;
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
  const { processingTimestamp, eventId } = context;
  const added = { totals: event, shared: sharedFields(processingTimestamp, segment), eventId };
  const size = data.length + lengthOfAdded(added);
  if (size > MAX_ENRICHED_BYTES) return { reason: 'too-large', detail: `${size} bytes` };

  const { lastBrace } = event;
  const enriched = context.allocate?.(size, segment, event.sessionId) ?? Buffer.allocUnsafe(size);
  enriched.set(data);
  let to = writeAdded(enriched, lastBrace, added);
  // The brace and nearly always nothing else: a loop is quicker than a view and a copy.
  for (let at = lastBrace; at < data.length; at++) enriched[to++] = data[at] as number;
  return { data: enriched, partitionKey: event.sessionId, segment };
}
