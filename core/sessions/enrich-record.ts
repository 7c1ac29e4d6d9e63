import { type EventId, lengthOfAdded, sharedFields, writeAdded } from './added-fields.ts';
import { MAX_TEXT_BYTES } from './json-tokens.ts';
import { lineLength } from './lines.ts';
import { readEvent } from './read-event.ts';
import type { Rejected } from './reasons.ts';

/**
 * What an enriched event may weigh in bytes. Kinesis takes 1 MiB with the partition key, but every
 * event ends in Firehose, which takes 1,000 KiB with the line feed; the key, at most 1 KiB, fits in
 * between. A heavier event would fail there for ever.
 */
export const MAX_ENRICHED_BYTES = MAX_TEXT_BYTES - 1;

/** What is added besides the aggregates; the strings must need no escapes in JSON. */
export interface EnrichContext extends EventId {
  readonly processingTimestamp: string;
  readonly segmentOf: (country: string) => string;
}

/** A record for the enriched stream; its partition key is the session id. */
export interface Enriched {
  readonly data: Buffer;
  readonly partitionKey: string;
  readonly segment: string;
}

/** Where an enriched event is to be written: from `at` on. */
export interface Room {
  readonly bytes: Buffer;
  readonly at: number;
}

/** Room for an event of `size` bytes. */
export type MakeRoom = (size: number, segment: string, sessionId: string) => Room;

/**
 * Validates the bytes of one source record and splices the new fields in before the last brace, so
 * that the original (digits, escapes, white space, unknown fields) stays byte for byte.
 * An event that holds one of the new fields is rejected: overwriting it would change the original, a
 * second one of the same name would be read differently by each reader, and taking it over would
 * trust a stranger's sums. Replay sends originals, so it is not concerned.
 */
export function enrichRecord(data: Uint8Array, context: EnrichContext): Enriched | Rejected {
  let enriched: Enriched | undefined;
  const makeRoom: MakeRoom = (size, segment, partitionKey) => {
    enriched = { data: Buffer.allocUnsafe(size), partitionKey, segment };
    return { bytes: enriched.data, at: 0 };
  };
  return enrich(makeRoom, data, context) ?? (enriched as Enriched);
}

/** As `enrichRecord`, written without its line end to where `makeRoom` says; undefined if it is. */
export function enrichInto(
  makeRoom: MakeRoom,
  data: Uint8Array,
  context: EnrichContext,
): undefined | Rejected {
  const length = lineLength(data);
  return enrich(makeRoom, length === data.length ? data : data.subarray(0, length), context);
}

function enrich(
  makeRoom: MakeRoom,
  data: Uint8Array,
  context: EnrichContext,
): undefined | Rejected {
  const event = readEvent(data);
  if ('reason' in event) return event;
  const segment = context.segmentOf(event.country);
  const shared = sharedFields(context.processingTimestamp, segment);
  const size = data.length + lengthOfAdded(event, shared, context);
  if (size > MAX_ENRICHED_BYTES) return { reason: 'too-large', detail: `${size} bytes` };

  const { bytes, at } = makeRoom(size, segment, event.sessionId);
  bytes.set(data, at);
  const { lastBrace } = event;
  let to = writeAdded(bytes, at + lastBrace, event, shared, context);
  // The brace and nearly always nothing else: a loop is quicker than a view and a copy.
  for (let from = lastBrace; from < data.length; from++) bytes[to++] = data[from] as number;
  return undefined;
}
