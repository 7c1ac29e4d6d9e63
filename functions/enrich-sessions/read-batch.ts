import { isAggregated, readAggregated } from '../../core/kinesis/aggregated-record.ts';
import { isPartitionKey } from '../../core/kinesis/records.ts';
import { enrichInto } from '../../core/sessions/enrich-record.ts';
import { eventIdPrefixOf, eventIdRestOf } from '../../core/sessions/event-id.ts';
import type { EnvelopePacker, PackedEnvelope } from '../../core/sessions/pack-envelopes.ts';
import type { Rejected } from '../../core/sessions/reasons.ts';
import { rejectedLines, type SourcePosition } from '../../core/sessions/rejected-lines.ts';
import type { RecordData } from '../runtime/record-data.ts';
import { positionOf, type StreamRecord, shardIdOf } from '../runtime/stream-event.ts';
import { type Origin, originOf } from './origin.ts';

/** What a slice of a batch becomes; `from` says of each item which event it is, or is of. */
export interface Slice {
  readonly envelopes: PackedEnvelope[];
  /** By the numbers that envelopes have of their events. */
  readonly enrichedFrom: Origin[];
  readonly lines: Buffer[];
  readonly linesFrom: Origin[];
  /** Events rejected, by reason. */
  readonly reasons: Record<string, number>;
  /** Events placed by an earlier invocation. */
  readonly skipped: Origin[];
  /** The first record with events that are not in this slice, nor in one before. */
  readonly next: number;
}

export interface ReadOptions {
  readonly segmentOf: (country: string) => string;
  readonly processingTimestamp: string;
  readonly isPlaced: (record: StreamRecord, part?: number) => boolean;
  readonly packer: EnvelopePacker;
  readonly recordData: RecordData;
}

/**
 * A line of a rejected event has 500 bytes and more, of which an event in an aggregate may have been 2: the lines
 * of a batch of such events are beyond the function's memory. Those of any other batch are one slice.
 */
const MOST_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Enriches or rejects each event of a batch, in order, slice by slice: each is to be written before the next
 * one is read. A record that the Kinesis Producer Library packed is taken apart, each event with a position
 * of its own (`#2` is its second event); a damaged one is rejected whole.
 */
export function* readBatch(
  records: readonly StreamRecord[],
  { segmentOf, processingTimestamp, isPlaced, packer, recordData }: ReadOptions,
): Generator<Slice, void, void> {
  packer.reset();
  const makeRoom = packer.room.bind(packer);
  /** One for all events: read before the next one is. */
  const context = { eventIdPrefix: '', eventId: '', processingTimestamp, segmentOf };
  let slice = emptySlice();
  let lineBytes = 0;
  /** The data of the record that was decoded last. */
  let decoded: Buffer;

  function finish(next: number): Slice {
    const finished = { ...slice, envelopes: packer.finish(), next };
    slice = emptySlice();
    lineBytes = 0;
    return finished;
  }

  function reject(
    origin: Origin,
    position: SourcePosition,
    data: Buffer,
    rejected: Rejected,
  ): void {
    slice.reasons[rejected.reason] = (slice.reasons[rejected.reason] ?? 0) + 1;
    for (const line of rejectedLines(rejected, position, data, processingTimestamp)) {
      slice.lines.push(line);
      slice.linesFrom.push(origin);
      lineBytes += line.length;
    }
  }

  function read(i: number, data: Buffer, part?: number, partitionKey?: string): void {
    const origin = originOf(i, part);
    const record = records[i] as StreamRecord;
    if (isPlaced(record, part)) {
      slice.skipped.push(origin);
      return;
    }
    context.eventIdPrefix = eventIdPrefixOf(shardIdOf(record));
    context.eventId = eventIdRestOf(record.kinesis.sequenceNumber, part);
    const rejected = enrichInto(makeRoom, data, context);
    if (rejected === undefined) slice.enrichedFrom.push(origin);
    else {
      const position = positionOf(record, partitionKey);
      reject(origin, part === undefined ? position : { ...position, part }, data, rejected);
    }
  }

  /**
   * From one record on to the next aggregated one, or until a slice is full. Within the generator this loop
   * takes a twentieth longer.
   */
  function readPlain(from: number): number {
    // Not entries(): its pairs are a fifth of what enrichment allocates.
    for (let i = from; i < records.length; i++) {
      decoded = recordData.decode(records[i] as StreamRecord);
      if (isAggregated(decoded)) return i;
      read(i, decoded);
      if (lineBytes > MOST_LINE_BYTES) return i + 1;
    }
    return records.length;
  }

  function* readParts(i: number): Generator<Slice, void, void> {
    const record = records[i] as StreamRecord;
    const parts = readAggregated(decoded);
    if (parts === undefined) {
      if (isPlaced(record)) slice.skipped.push(originOf(i));
      else reject(originOf(i), positionOf(record), decoded, { reason: 'damaged-aggregate' });
    }
    for (const [at, { partitionKey, data }] of (parts ?? []).entries()) {
      // Not every library checks the keys inside; a rejected event is replayed under what is named here.
      const key = isPartitionKey(partitionKey) ? partitionKey : undefined;
      read(i, data as Buffer, at + 1, key);
      if (lineBytes > MOST_LINE_BYTES) yield finish(i);
    }
  }

  for (let i = readPlain(0); i < records.length; i = readPlain(i)) {
    if (lineBytes > MOST_LINE_BYTES) yield finish(i);
    else yield* readParts(i++);
  }
  yield finish(records.length);
}

const emptySlice = (): Omit<Slice, 'envelopes' | 'next'> => ({
  enrichedFrom: [],
  lines: [],
  linesFrom: [],
  reasons: {},
  skipped: [],
});
