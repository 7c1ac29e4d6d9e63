import { type AddedFields, lengthOfAdded, sharedFields, writeAdded } from './added-fields.ts';
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
export interface EnrichContext {
  readonly eventId: string;
  /** What the id begins with, if `eventId` is the rest of it. */
  readonly eventIdPrefix?: string;
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
  const read = readSource(data, context);
  if ('reason' in read) return read;
  const enriched = Buffer.allocUnsafe(read.size);
  write(data, read, enriched, 0);
  return { data: enriched, partitionKey: read.sessionId, segment: read.segment };
}

/** As `enrichRecord`, written without its line end to where `makeRoom` says; undefined if it is. */
export function enrichInto(
  makeRoom: MakeRoom,
  data: Uint8Array,
  context: EnrichContext,
): undefined | Rejected {
  const length = lineLength(data);
  const event = length === data.length ? data : data.subarray(0, length);
  const read = readSource(event, context);
  if ('reason' in read) return read;
  const { bytes, at } = makeRoom(read.size, read.segment, read.sessionId);
  write(event, read, bytes, at);
  return undefined;
}

interface Source extends AddedFields {
  readonly sessionId: string;
  readonly segment: string;
  readonly lastBrace: number;
  /** Of the enriched event, in bytes. */
  readonly size: number;
}

function readSource(data: Uint8Array, context: EnrichContext): Source | Rejected {
  const event = readEvent(data);
  if ('reason' in event) return event;

  const segment = context.segmentOf(event.country);
  const { processingTimestamp, eventId, eventIdPrefix = '' } = context;
  const shared = sharedFields(processingTimestamp, segment);
  const { sessionId, lastBrace } = event;
  const source = {
    totals: event,
    shared,
    eventIdPrefix,
    eventId,
    sessionId,
    segment,
    lastBrace,
    size: 0,
  };
  source.size = data.length + lengthOfAdded(source);
  if (source.size <= MAX_ENRICHED_BYTES) return source;
  return { reason: 'too-large', detail: `${source.size} bytes` };
}

function write(data: Uint8Array, source: Source, target: Buffer, from: number): void {
  target.set(data, from);
  const { lastBrace } = source;
  let to = writeAdded(target, from + lastBrace, source);
  // The brace and nearly always nothing else: a loop is quicker than a view and a copy.
  for (let at = lastBrace; at < data.length; at++) target[to++] = data[at] as number;
}
