import { constants, crc32, gunzipSync, gzipSync } from 'node:zlib';
import { ContractBroken } from '../errors.ts';
import { isPartitionKey, type KeyedRecord } from '../kinesis/records.ts';
import { hashKeyOf } from './buckets.ts';

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
  readonly member: Buffer;
}

export interface OpenedEnvelope extends Omit<Envelope, 'member'> {
  readonly events: Buffer;
}

/** Of the events in an envelope, opened; compressed not at all, it is two thirds of Kinesis' 1 MiB. */
export const MAX_EVENTS_BYTES = 512 * 1024;

const COMPRESSION = {
  // Level 3 takes a sixth longer for an eighth less.
  level: constants.Z_BEST_SPEED,
  // The result in one piece: Node's default of 16 KB is joined from many.
  chunkSize: 64 * 1024,
};

const END = '"}';

/** What no producer can begin an event with: `segment` is a reserved field. */
const BEGINNING = Buffer.from('{"segment":"');

/** The record of these lines. */
export function sealEnvelope(
  { segment, bucket, count }: Pick<Envelope, 'segment' | 'bucket' | 'count'>,
  lines: Buffer,
): Buffer {
  const member = compressLines(lines);
  const head = `{"segment":"${segment}","bucket":"${bucket}","count":${count},"bytes":${lines.length},"encoding":"gzip","crc32":${crc32(member)},"events":"`;
  const events = member.toString('base64');
  const data = Buffer.allocUnsafeSlow(head.length + events.length + END.length);
  data.write(head, 'latin1');
  data.write(events, head.length, 'latin1');
  data.write(END, head.length + events.length, 'latin1');
  return data;
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
    const { segment, bucket, count, encoding, crc32: sum, events } = JSON.parse(bytes.toString());
    const isWhole = isBucket(bucket) && typeof events === 'string';
    if (!isWhole || !Number.isSafeInteger(count) || count < 1 || encoding !== 'gzip') {
      throw new Error('it has not the fields of one');
    }
    const member = Buffer.from(events, 'base64');
    if (crc32(member) !== sum) throw new Error('its checksum is another one');
    if (!isMember(member)) throw new Error('its events are no gzip member');
    return { segment, bucket, count, member };
  } catch (cause) {
    throw new ContractBroken(`An envelope cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** A key of Kinesis that names its place in the stream. */
const isBucket = (key: unknown): key is string =>
  typeof key === 'string' && isPartitionKey(key) && hashKeyOf(key) !== undefined;

/** By its first bytes and the size in its last ones: one that is none would damage a whole object. */
const isMember = (bytes: Buffer): boolean =>
  bytes.length >= 18 &&
  bytes.readUInt16BE(0) === 0x1f8b &&
  openedSizeOf(bytes) <= 2 * MAX_EVENTS_BYTES;

/** What a member says that it opens to, in its last bytes. */
const openedSizeOf = (member: Buffer): number => member.readUInt32LE(member.length - 4);

/** As `readEnvelope`, its events as lines. */
export function openEnvelope(data: Uint8Array): OpenedEnvelope | undefined {
  const envelope = readEnvelope(data);
  if (envelope === undefined) return undefined;
  const { member, ...rest } = envelope;
  try {
    const events = gunzipSync(member, {
      // The result in one piece, and no larger than it is.
      chunkSize: openedSizeOf(member) + 64,
      maxOutputLength: 2 * MAX_EVENTS_BYTES,
    });
    return { ...rest, events };
  } catch (cause) {
    throw new ContractBroken(`An envelope cannot be opened: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Where the envelopes of a bucket go. */
export const placeOf = (bucket: string) => ({
  partitionKey: bucket,
  explicitHashKey: hashKeyOf(bucket) as string,
});

/** An envelope as it is sent again, to the place of its bucket; undefined for anything else. */
export function envelopeRecord(data: Buffer): KeyedRecord | undefined {
  try {
    const bucket = openEnvelope(data)?.bucket;
    return bucket === undefined ? undefined : { data, ...placeOf(bucket) };
  } catch {
    return undefined;
  }
}
