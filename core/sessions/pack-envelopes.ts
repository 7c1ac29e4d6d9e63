import type { KeyedRecord } from '../kinesis/records.ts';
import { bucketKey, createBucketOf } from './buckets.ts';
import type { Enriched, Room } from './enrich-record.ts';
import { MAX_EVENTS_BYTES, placeOf, sealEnvelope } from './envelopes.ts';
import { LINE_FEED, lineLength } from './lines.ts';

export interface PackedEnvelope extends KeyedRecord {
  readonly data: Buffer;
  /** Which events of the batch it holds, ascending. */
  readonly events: readonly number[];
}

/** An envelope that events are written to. */
interface Open {
  readonly key: string;
  readonly segment: string;
  /** Lines, up to `at`. */
  lines: Buffer;
  at: number;
  events: number[];
}

const FIRST_BYTES = 4 * 1024;
/** An event of the greatest size, and its line feed. */
const MOST_BYTES = MAX_EVENTS_BYTES + 1;
/** What is kept for the next batch. */
const SPARE_BYTES = 16 * 1024 * 1024;

/**
 * Packs the events of one batch after another into envelopes. Enrichment writes each event where it is
 * compressed: a copy of all events, and their buffers, take half as long as compression.
 *
 * Within a bucket, and so within a session, events keep their order. An event larger than an envelope
 * goes as it is, under its bucket's key: base64 might push it over what Kinesis takes.
 */
export class EnvelopePacker {
  readonly #buckets: number;
  readonly #bucketOf: (sessionId: string) => number;
  /** By segment and bucket. */
  readonly #open = new Map<string, Map<number, Open>>();
  readonly #spare: Buffer[] = [];
  #packed: PackedEnvelope[] = [];
  #events = 0;
  /** One for all events. */
  readonly #room: { bytes: Buffer; at: number } = { bytes: Buffer.alloc(0), at: 0 };

  constructor(buckets: number) {
    this.#buckets = buckets;
    this.#bucketOf = createBucketOf(buckets);
  }

  /** Forgets what is packed, such as the events of a batch that failed. */
  reset(): void {
    this.#open.clear();
    this.#packed = [];
    this.#events = 0;
  }

  /**
   * Room for the next event of the batch, of `size` bytes without a line end; it is to be written
   * before the next call.
   */
  room(size: number, segment: string, sessionId: string): Room {
    const open = this.#openFor(segment, this.#bucketOf(sessionId));
    if (open.at > 0 && open.at + size + 1 > MAX_EVENTS_BYTES) this.#close(open);
    const event = this.#events++;
    if (size > MAX_EVENTS_BYTES) {
      const data = Buffer.allocUnsafeSlow(size);
      this.#packed.push({ ...placeOf(open.key), data, events: [event] });
      return this.#roomAt(data, 0);
    }
    const from = open.at;
    open.at += size + 1;
    if (open.at > open.lines.length) open.lines = grow(open.lines, from, open.at);
    open.lines[open.at - 1] = LINE_FEED;
    open.events.push(event);
    return this.#roomAt(open.lines, from);
  }

  /** The batch's envelopes, in the order of their first events. */
  finish(): PackedEnvelope[] {
    let spare = 0;
    for (const byBucket of this.#open.values()) {
      for (const open of byBucket.values()) {
        this.#close(open);
        spare += open.lines.length;
        if (spare <= SPARE_BYTES) this.#spare.push(open.lines);
      }
    }
    this.#spare.sort((a, b) => a.length - b.length);
    const packed = this.#packed.sort((a, b) => (a.events[0] as number) - (b.events[0] as number));
    this.reset();
    return packed;
  }

  #openFor(segment: string, bucket: number): Open {
    const byBucket = this.#open.get(segment) ?? new Map<number, Open>();
    const known = byBucket.get(bucket);
    if (known !== undefined) return known;
    const key = bucketKey(segment, bucket, this.#buckets);
    const lines = this.#spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
    const open = { key, segment, lines, at: 0, events: [] };
    this.#open.set(segment, byBucket.set(bucket, open));
    return open;
  }

  #roomAt(bytes: Buffer, at: number): Room {
    this.#room.bytes = bytes;
    this.#room.at = at;
    return this.#room;
  }

  #close(open: Open): void {
    if (open.at === 0) return;
    const { key, segment, lines, at, events } = open;
    const data = sealEnvelope(
      { segment, bucket: key, count: events.length },
      lines.subarray(0, at),
    );
    this.#packed.push({ ...placeOf(key), data, events });
    open.at = 0;
    open.events = [];
  }
}

function grow(lines: Buffer, used: number, needed: number): Buffer {
  const size = Math.min(MOST_BYTES, Math.max(2 * lines.length, needed));
  const grown = Buffer.allocUnsafeSlow(size);
  lines.copy(grown, 0, 0, used);
  return grown;
}

/** Packs events that are written already; all of them are copied. */
export function packEnvelopes(events: readonly Enriched[], buckets: number): PackedEnvelope[] {
  const packer = new EnvelopePacker(buckets);
  for (const { data, segment, partitionKey } of events) {
    const line = data.subarray(0, lineLength(data));
    const { bytes, at } = packer.room(line.length, segment, partitionKey);
    bytes.set(line, at);
  }
  return packer.finish();
}
