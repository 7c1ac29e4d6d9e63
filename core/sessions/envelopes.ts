import { constants, crc32, gunzipSync, gzipSync } from 'node:zlib';
import { ContractBroken } from '../errors.ts';
import type { KeyedRecord } from '../kinesis/records.ts';
import { bucketKey, createBucketOf, hashKeyOf } from './buckets.ts';
import type { Enriched } from './enrich-record.ts';
import { cut, lineLength, writeLines } from './lines.ts';

/**
 * An envelope is one record of the enriched stream that holds many events of one segment and one
 * bucket of sessions, as JSON, so that the filters of the routers read its `segment`:
 * `{"segment":"usa","bucket":"usa-3-of-16","count":31,"bytes":24076,"encoding":"gzip","crc32":2746438013,"events":"<base64>"}`.
 * Its events are a gzip member: opened, the events' bytes as lines, in the order in which they were
 * enriched. Routers pass members on as they are; `crc32`, of the member, says that it is whole.
 */
export interface Envelope {
  readonly segment: string;
  /** Its partition key, which also names its place on the ring of shards. */
  readonly bucket: string;
  readonly count: number;
  /** Bytes of the events' lines, as stated. */
  readonly bytes: unknown;
  readonly member: Buffer;
}

export interface OpenedEnvelope extends Omit<Envelope, 'member' | 'bytes'> {
  readonly events: Buffer;
}

export interface PackedEnvelope extends KeyedRecord {
  /** Which events of the input it holds, ascending. */
  readonly events: readonly number[];
}

/** Of the events in an envelope, opened; compressed not at all, it is a third of Kinesis' 1 MiB. */
const MAX_EVENTS_BYTES = 256 * 1024;

const COMPRESSION = {
  // Higher levels cost up to twice the time for a tenth less.
  level: constants.Z_BEST_SPEED,
  // The result in one piece: Node's default of 16 KB is joined from many.
  chunkSize: 64 * 1024,
};

/** The lines of one envelope at a time, white space at the end of the last event included. */
const SCRATCH = Buffer.allocUnsafe(2 * MAX_EVENTS_BYTES);

/** What no producer can begin an event with: `segment` is a reserved field. */
const BEGINNING = Buffer.from('{"segment":"');

/**
 * Packs events into envelopes, in the order of their first events; within a bucket, and so within a
 * session, the input's order holds. An event larger than an envelope goes as it is, under its
 * bucket's key: base64 might push it over what Kinesis takes. All of it is copied.
 */
export function packEnvelopes(events: readonly Enriched[], buckets: number): PackedEnvelope[] {
  const groups = groupByBucket(events, buckets);
  const lengthOf = (i: number) => lineLength((events[i] as Enriched).data) + 1;
  const packed = groups.flatMap(({ key, segment, indices }) =>
    cut(indices, lengthOf, { minBytes: 0, maxBytes: MAX_EVENTS_BYTES }).map((part) => {
      const data = part.map((i) => (events[i] as Enriched).data);
      const isLarge = data.length === 1 && (data[0] as Buffer).length > MAX_EVENTS_BYTES;
      return {
        partitionKey: key,
        explicitHashKey: hashKeyOf(key) as string,
        data: isLarge ? Buffer.from(data[0] as Buffer) : seal(segment, key, data),
        events: part,
      };
    }),
  );
  return packed.sort((a, b) => (a.events[0] as number) - (b.events[0] as number));
}

interface Group {
  /** The partition key of the bucket. */
  readonly key: string;
  readonly segment: string;
  readonly indices: number[];
}

/** Looks groups up by number: a key for each event takes longer than its hash. */
function groupByBucket(events: readonly Enriched[], buckets: number): Group[] {
  const bucketOf = createBucketOf(buckets);
  const bySegment = new Map<string, Map<number, Group>>();
  const groups: Group[] = [];
  events.forEach(({ segment, partitionKey }, i) => {
    const byBucket = bySegment.get(segment) ?? new Map<number, Group>();
    if (byBucket.size === 0) bySegment.set(segment, byBucket);
    const bucket = bucketOf(partitionKey);
    const group = byBucket.get(bucket);
    if (group !== undefined) {
      group.indices.push(i);
      return;
    }
    const opened = { key: bucketKey(segment, bucket, buckets), segment, indices: [i] };
    byBucket.set(bucket, opened);
    groups.push(opened);
  });
  return groups;
}

function seal(segment: string, bucket: string, events: readonly Buffer[]): Buffer {
  const lines = SCRATCH.subarray(0, writeLines(events, SCRATCH));
  const member = compressLines(lines);
  return Buffer.from(
    `{"segment":"${segment}","bucket":"${bucket}","count":${events.length},"bytes":${lines.length},"encoding":"gzip","crc32":${crc32(member)},"events":"${member.toString('base64')}"}`,
    'latin1',
  );
}

/** Lines as a gzip member. Members, one behind another, are one gzip file (RFC 1952). */
export const compressLines = (lines: Buffer): Buffer => gzipSync(lines, COMPRESSION);

/**
 * The envelope in a record of the enriched stream, its events still compressed; undefined if it is a
 * single event. Throws ContractBroken for a damaged envelope: enrichment writes none.
 */
export function readEnvelope(data: Uint8Array): Envelope | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  if (!bytes.subarray(0, BEGINNING.length).equals(BEGINNING)) return undefined;
  try {
    const {
      segment,
      bucket,
      count,
      bytes: size,
      encoding,
      crc32: sum,
      events,
    } = JSON.parse(bytes.toString());
    const isWhole = typeof bucket === 'string' && typeof events === 'string';
    if (!isWhole || !Number.isSafeInteger(count) || encoding !== 'gzip') {
      throw new Error('it has not the fields of one');
    }
    const member = Buffer.from(events, 'base64');
    if (crc32(member) !== sum) throw new Error('its checksum is another one');
    return { segment, bucket, count, bytes: size, member };
  } catch (cause) {
    throw new ContractBroken(`An envelope cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** As `readEnvelope`, its events as lines. */
export function openEnvelope(data: Uint8Array): OpenedEnvelope | undefined {
  const envelope = readEnvelope(data);
  if (envelope === undefined) return undefined;
  const { bytes, member, ...rest } = envelope;
  try {
    const events = gunzipSync(member, {
      // The result in one piece, and no larger than it is.
      chunkSize: sizeOf(bytes) + 64,
      maxOutputLength: 2 * MAX_EVENTS_BYTES,
    });
    return { ...rest, events };
  } catch (cause) {
    throw new ContractBroken(`An envelope cannot be opened: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** What an envelope says that it opens to, if that may be. */
const sizeOf = (bytes: unknown): number =>
  Number.isSafeInteger(bytes) && (bytes as number) >= 0
    ? Math.min(bytes as number, 2 * MAX_EVENTS_BYTES)
    : MAX_EVENTS_BYTES;

/** An envelope as it is sent again, to the place of its bucket; undefined for anything else. */
export function envelopeRecord(data: Buffer): KeyedRecord | undefined {
  try {
    const partitionKey = openEnvelope(data)?.bucket;
    const explicitHashKey = partitionKey === undefined ? undefined : hashKeyOf(partitionKey);
    if (partitionKey === undefined || explicitHashKey === undefined) return undefined;
    return { data, partitionKey, explicitHashKey };
  } catch {
    return undefined;
  }
}
