import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ContractBroken } from '../errors.ts';
import type { KeyedRecord } from '../kinesis/records.ts';
import { bucketKey, createBucketOf, hashKeyOf } from './buckets.ts';
import type { Enriched } from './enrich-record.ts';
import { cut, lineLength, writeLines } from './lines.ts';

/**
 * An envelope is one record of the enriched stream that holds many events of one segment and one
 * bucket of sessions, as JSON, so that the filters of the routers read its `segment`:
 * `{"segment":"usa","bucket":"usa-3-of-16","count":31,"bytes":24076,"encoding":"zstd","events":"<base64>"}`.
 * Opened, it is the events' bytes as lines, in the order in which they were enriched.
 */
export interface OpenedEnvelope {
  readonly segment: string;
  /** Its partition key, which also names its place on the ring of shards. */
  readonly bucket: string;
  readonly count: number;
  readonly events: Buffer;
}

export interface PackedEnvelope extends KeyedRecord {
  /** Which events of the input it holds, ascending. */
  readonly events: readonly number[];
}

/**
 * Of the events in an envelope, opened. A router's batch (`routeBatchSize`, 200) then opens to 50 MB
 * at the most; compressed not at all, an envelope is a third of Kinesis' 1 MiB.
 */
const MAX_EVENTS_BYTES = 256 * 1024;

/** Level 1: higher ones cost twice the time for a tenth less. */
const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
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
  // Told the size, zstd makes its tables no larger: a small envelope takes a quarter of the time.
  const options = { ...COMPRESSION, pledgedSrcSize: lines.length };
  const compressed = zstdCompressSync(lines, options).toString('base64');
  return Buffer.from(
    `{"segment":"${segment}","bucket":"${bucket}","count":${events.length},"bytes":${lines.length},"encoding":"zstd","events":"${compressed}"}`,
    'latin1',
  );
}

/**
 * What a record of the enriched stream holds; undefined if it is a single event. Throws
 * ContractBroken for an envelope that cannot be opened: enrichment writes none.
 */
export function openEnvelope(data: Uint8Array): OpenedEnvelope | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  if (!bytes.subarray(0, BEGINNING.length).equals(BEGINNING)) return undefined;
  try {
    const { segment, bucket, count, bytes: size, encoding, events } = JSON.parse(bytes.toString());
    const isWhole = typeof bucket === 'string' && typeof events === 'string';
    if (!isWhole || !Number.isSafeInteger(count) || encoding !== 'zstd') {
      throw new Error('it has not the fields of one');
    }
    const opened = zstdDecompressSync(Buffer.from(events, 'base64'), {
      // The result in one piece, and no larger than it is.
      chunkSize: sizeOf(size) + 64,
      maxOutputLength: 2 * MAX_EVENTS_BYTES,
    });
    return { segment, bucket, count, events: opened };
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
