import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import type { WriteReport } from '../../core/kinesis/write-records.ts';
import type { EnvelopePacker } from '../../core/sessions/pack-envelopes.ts';
import type { EnrichedCounts } from '../runtime/metrics.ts';
import type { PlacedRecords } from '../runtime/placed-records.ts';
import type { RecordData } from '../runtime/record-data.ts';
import { acknowledge, type StreamRecord } from '../runtime/stream-event.ts';
import { errorsOf, type Write } from '../runtime/stream-writers.ts';
import { type Origin, partOf, recordOf } from './origin.ts';
import { readBatch, type Slice } from './read-batch.ts';

export interface EnrichSessions {
  writeEnriched: Write<KeyedRecord>;
  writeRejected: Write<Buffer>;
  segmentOf: (country: string) => string;
  /** Of one batch at a time. */
  packer: EnvelopePacker;
  recordData: RecordData;
  /** Outlives the invocation. */
  placed: PlacedRecords;
  log: (counts: EnrichedCounts) => void;
  clock?: () => number;
}

/**
 * Enriches the valid events of a batch and rejects the others, both in their order. What could be
 * written nowhere is not acknowledged: the batch is redelivered from the first such record on. Counts are of
 * the events that were read.
 */
export async function enrichSessions(
  records: readonly StreamRecord[],
  {
    writeEnriched,
    writeRejected,
    segmentOf,
    packer,
    recordData,
    placed,
    log,
    clock = Date.now,
  }: EnrichSessions,
  remainingMs: () => number,
): Promise<KinesisStreamBatchResponse> {
  const slices = readBatch(records, {
    segmentOf,
    processingTimestamp: new Date(clock()).toISOString(),
    isPlaced: (record, part) => !placed.isEmpty && placed.has(record.eventID, part),
    packer,
    recordData,
  });
  const counts = { received: 0, enriched: 0, rejected: 0, skipped: 0 };
  const reasons: Record<string, number> = {};
  const reports: WriteReport[] = [];
  let unplaced: ReadonlySet<Origin> = new Set();
  for (const slice of slices) {
    const [toStream, toRejected] = await Promise.all([
      writeEnriched(slice.envelopes, remainingMs),
      writeRejected(slice.lines, remainingMs),
    ]);
    reports.push(toStream, toRejected);
    const unenriched = toStream.unplaced.flatMap((i) =>
      (slice.envelopes[i]?.events ?? []).map((event) => slice.enrichedFrom[event] as Origin),
    );
    unplaced = new Set([
      ...unenriched,
      ...toRejected.unplaced.map((i) => slice.linesFrom[i] as Origin),
    ]);
    remember(records, slice, unplaced, placed);

    const rejected = Object.values(slice.reasons).reduce((sum, count) => sum + count, 0);
    counts.received += slice.enrichedFrom.length + rejected + slice.skipped.length;
    counts.enriched += slice.enrichedFrom.length - unenriched.length;
    counts.rejected += rejected;
    counts.skipped += slice.skipped.length;
    for (const [reason, count] of Object.entries(slice.reasons)) {
      reasons[reason] = (reasons[reason] ?? 0) + count;
    }
    // What follows is redelivered, and must not overtake: it is not even read.
    if (unplaced.size > 0) break;
  }
  log({ ...counts, reasons, unplaced: unplaced.size, errors: errorsOf(...reports) });
  return acknowledge(records, [...unplaced].map(recordOf));
}

/** What was placed, and is redelivered: that behind the first gap, or in a record that is not read to its end. */
function remember(
  records: readonly StreamRecord[],
  { enrichedFrom, linesFrom, skipped, next }: Slice,
  unplaced: ReadonlySet<Origin>,
  placed: PlacedRecords,
): void {
  const gap = [...unplaced].reduce((min, origin) => Math.min(min, recordOf(origin)), next);
  if (gap === records.length && placed.isEmpty) return;
  for (const { eventID } of records.slice(0, gap)) placed.delete(eventID);
  for (const origins of [enrichedFrom, linesFrom, skipped]) {
    for (const origin of origins) {
      if (recordOf(origin) < gap || unplaced.has(origin)) continue;
      placed.add((records[recordOf(origin)] as StreamRecord).eventID, partOf(origin));
    }
  }
}
