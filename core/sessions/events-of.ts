import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { isAggregated, readAggregated } from '../kinesis/aggregated-record.ts';
import type { ReadRecord } from '../kinesis/read-stream.ts';
import { openEnvelope } from './envelopes.ts';
import { isNumberInRange } from './json-tokens.ts';
import { lineLength, splitLines } from './lines.ts';
import { readEvent } from './read-event.ts';

/** An event of a record, with its position. */
export interface ReadEvent extends ReadRecord {
  /** Whether `data` is one JSON document; if not, it may be any bytes. */
  readonly isJson: boolean;
  /** Its place in a record of several events, from 1 on; 0 when the record is the event. */
  readonly part: number;
}

type Part = Pick<ReadEvent, 'data'> & Partial<Pick<ReadEvent, 'partitionKey'>>;

/** A router's record is of 256 KB, and gzip shrinks nothing to less than a thousandth. */
const MAX_OPENED_BYTES = 256 * 1024 * 1024;

/**
 * Takes a record apart into its events: those of an envelope, the lines that a router passed on as
 * gzip, those that the Kinesis Producer Library packed. Any other record is one event, as enrichment
 * reads it, whatever lines it has.
 */
export function eventsOf(record: ReadRecord): ReadEvent[] {
  return partsOf(record, aggregatedIn(record) ?? openedIn(record));
}

/** As `eventsOf`, of the source stream: what a producer sends there as gzip is one event to enrichment. */
export function sourceEventsOf(record: ReadRecord): ReadEvent[] {
  return partsOf(record, aggregatedIn(record));
}

function partsOf(record: ReadRecord, packed: Part[] | undefined): ReadEvent[] {
  if (packed === undefined) return [{ ...record, isJson: isJsonText(record.data), part: 0 }];
  return packed.map((event, i) => ({
    ...record,
    ...event,
    isJson: isJsonText(event.data),
    part: i + 1,
  }));
}

function aggregatedIn({ data }: ReadRecord): Part[] | undefined {
  if (!isAggregated(data)) return undefined;
  return readAggregated(data)?.map((each) => ({
    partitionKey: each.partitionKey,
    data: Buffer.from(each.data),
  }));
}

function openedIn({ data }: ReadRecord): Part[] | undefined {
  const opened = openedOf(data);
  if (opened === undefined) return undefined;
  const lines = splitLines(opened);
  const [first] = lines;
  if (first === undefined || !isJsonText(first)) return undefined;
  return lines.map((line) => ({ data: line }));
}

/** What is damaged is shown as it is. */
function openedOf(data: Buffer): Buffer | undefined {
  const isGzip = data[0] === 0x1f && data[1] === 0x8b;
  try {
    if (isGzip) return gunzipSync(data, { maxOutputLength: MAX_OPENED_BYTES });
    return openEnvelope(data)?.events;
  } catch {
    return undefined;
  }
}

function isJsonText(data: Buffer): boolean {
  if (!isUtf8(data)) return false;
  try {
    JSON.parse(data.toString());
    return true;
  } catch {
    return false;
  }
}

/** Whether the event is of this session, or its record has this partition key. */
export function hasKey({ partitionKey, isJson, data }: ReadEvent, key: string): boolean {
  if (partitionKey === key) return true;
  return isJson && JSON.parse(data.toString())?.session_id === key;
}

/**
 * Shard, position and event between tabs, the event without its line end; control characters are escaped,
 * for the terminal's sake.
 */
export function textOf({ shardId, sequenceNumber, part, data }: ReadEvent): string {
  const position = part === 0 ? sequenceNumber : `${sequenceNumber}#${part}`;
  const shown = isUtf8(data)
    ? data.toString('utf8', 0, lineLength(data))
    : `base64:${data.toString('base64')}`;
  return `${shardId}\t${position}\t${shown.replace(/[\p{Cc}\u2028\u2029]/gu, escaped)}\n`;
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * One line of JSON: it holds the bytes of the event, but for line breaks between its tokens, which become
 * spaces. What is no JSON is base64, and so is JSON that ends other readers: with half a surrogate pair, a
 * number out of their range, or nested too deep.
 */
export function ndjsonOf(event: ReadEvent): string {
  const { shardId, sequenceNumber, part, partitionKey, arrivedAt, data } = event;
  const head = JSON.stringify({
    shard_id: shardId,
    sequence_number: sequenceNumber,
    ...(part > 0 && { part }),
    partition_key: partitionKey,
    arrived_at: arrivedAt.toISOString(),
  });
  const body =
    event.isJson && isForAllReaders(data)
      ? `"event":${data
          .toString()
          .replace(/[\r\n]/g, ' ')
          .trim()}`
      : `"base64":"${data.toString('base64')}"`;
  return `${head.slice(0, -1)},${body}}\n`;
}

/** An event is rejected for its first fault, and may have others behind it: here all of it is looked at. */
function isForAllReaders(data: Buffer): boolean {
  const read = readEvent(data);
  if ('reason' in read && read.reason === 'too-deep') return false;
  const text = data.toString();
  if (/\\ud/i.test(text) && text.match(ESCAPES)?.some((each) => HALF_PAIR.test(each))) return false;
  if (!MAY_BE_OUT_OF_RANGE.test(text)) return true;
  const numbers = text.replace(STRINGS, '""').match(NUMBERS) ?? [];
  return numbers.every(isNumberInRange);
}

/** Of a whole JSON document; two that are a surrogate pair are one. */
const ESCAPES = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u[0-9a-f]{4}|.)/gi;
const HALF_PAIR = /^\\ud[89a-f]..$/i;
/** Any shorter number without an exponent is in the range. */
const MAY_BE_OUT_OF_RANGE = /\d{19}|\de/i;
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const NUMBERS = /-?\d[-+.\de]*/gi;
