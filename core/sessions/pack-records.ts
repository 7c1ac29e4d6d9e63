/**
 * How events are joined into records for a segment's stream.
 * - `minBytes`: what Firehose bills a record as at least; records are larger where there is enough.
 * - `maxBytes`: a record is closed before it would grow beyond. One record of each bucket makes
 *   2 MiB, what two shards take in a second.
 * - `buckets`: each session belongs to one; all events of a bucket go through one partition key.
 *   At least the number of shards, and no more than needed: each call ends with one record of each
 *   bucket that is not full. To change it is to change shards: do it while the router is idle.
 */
export const PACKING = { minBytes: 5 * 1024, maxBytes: 256 * 1024, buckets: 8 };

export interface PackableEvent {
  /** The session id. */
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** A record of NDJSON: every event ends with a line feed. */
export interface PackedRecord {
  readonly partitionKey: string;
  /** Spreads the buckets evenly over shards, where eight hashes of names might all hit one. */
  readonly explicitHashKey: string;
  readonly data: Buffer;
  /** Which events of the input it holds, ascending. */
  readonly events: readonly number[];
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Joins events into records, at least `minBytes` each where a bucket has as much, never of two
 * buckets; within a bucket, and so within a session, the input's order holds. An event larger than
 * `maxBytes` gets a record of its own. Records come in the order of their first events.
 */
export function packRecords(
  events: readonly PackableEvent[],
  { minBytes, maxBytes, buckets } = PACKING,
): PackedRecord[] {
  const groups = Array.from({ length: buckets }, () => [] as number[]);
  for (const [i, event] of events.entries()) {
    groups[bucketOf(event.partitionKey, buckets)]?.push(i);
  }
  const records = groups.flatMap((group, bucket) =>
    cut(group, events, minBytes, maxBytes).map((indices) => ({
      partitionKey: `bucket-${bucket}`,
      explicitHashKey: hashKeyOf(bucket, buckets),
      data: join(indices, events),
      events: indices,
    })),
  );
  return records.sort((a, b) => (a.events[0] as number) - (b.events[0] as number));
}

/** Takes a record apart into its events, without line feeds; an event alone comes back as it is. */
export function splitRecord(data: Uint8Array): Buffer[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const events: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, from);
    const stop = found === -1 ? bytes.length : found;
    if (stop > from) events.push(bytes.subarray(from, stop));
    from = stop + 1;
  }
  return events;
}

function cut(
  group: readonly number[],
  events: readonly PackableEvent[],
  minBytes: number,
  maxBytes: number,
): number[][] {
  const records: number[][] = [];
  let open: number[] = [];
  let bytes = 0;
  let bytesBefore = 0;
  for (const i of group) {
    const size = lineLength((events[i] as PackableEvent).data) + 1;
    if (open.length > 0 && bytes + size > maxBytes) {
      records.push(open);
      open = [];
      bytesBefore = bytes;
      bytes = 0;
    }
    open.push(i);
    bytes += size;
  }
  // A small rest joins the record before it, unless that one is a single huge event.
  const before = records.at(-1);
  if (bytes < minBytes && bytesBefore <= maxBytes && before !== undefined) before.push(...open);
  else if (open.length > 0) records.push(open);
  return records;
}

function join(indices: readonly number[], events: readonly PackableEvent[]): Buffer {
  const lines = indices.map((i) => {
    const { data } = events[i] as PackableEvent;
    return data.subarray(0, lineLength(data));
  });
  const joined = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    joined.set(line, at);
    at += line.length;
    joined[at++] = LINE_FEED;
  }
  return joined;
}

/**
 * The length of an event without its line end. Producers put line feeds behind events; kept, they
 * would be empty lines in the files. In front of the last brace there are none (`line-break`).
 */
function lineLength(data: Uint8Array): number {
  let length = data.length;
  for (let at = data.length - 1; at >= 0 && (data[at] as number) <= 0x20; at--) {
    if (data[at] === LINE_FEED || data[at] === CARRIAGE_RETURN) length = at;
  }
  return length;
}

// FNV-1a over the UTF-16 units: even, and thirty times as quick as MD5 here.
function bucketOf(key: string, buckets: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % buckets;
}

/** The middle of the bucket's part of the 128-bit ring that Kinesis divides among its shards. */
function hashKeyOf(bucket: number, buckets: number): string {
  return (((2n * BigInt(bucket) + 1n) << 127n) / BigInt(buckets)).toString();
}
