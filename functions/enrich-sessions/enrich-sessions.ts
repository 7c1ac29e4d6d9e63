import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import type { EnvelopePacker } from '../../core/sessions/pack-envelopes.ts';
import type { EnrichedCounts } from '../runtime/metrics.ts';
import type { PlacedRecords } from '../runtime/placed-records.ts';
import type { RecordData } from '../runtime/record-data.ts';
import { acknowledge, type StreamRecord } from '../runtime/stream-event.ts';
import { errorsOf, type Write } from '../runtime/stream-writers.ts';
import { type Origin, partOf, recordOf } from './origin.ts';
import { readBatch } from './read-batch.ts';

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
 * written nowhere is not acknowledged: the batch is redelivered from the first such record on.
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
  const batch = readBatch(records, {
    segmentOf,
    processingTimestamp: new Date(clock()).toISOString(),
    isPlaced: (record, part) => !placed.isEmpty && placed.has(record.eventID, part),
    packer,
    recordData,
  });
  const [toStream, toRejected] = await Promise.all([
    writeEnriched(batch.envelopes, remainingMs),
    writeRejected(batch.lines, remainingMs),
  ]);

  const unenriched = toStream.unplaced.flatMap((i) =>
    (batch.envelopes[i]?.events ?? []).map((event) => batch.enrichedFrom[event] as Origin),
  );
  const unrejected = new Set(toRejected.unplaced.map((i) => batch.linesFrom[i] as Origin));
  const unplaced = new Set([...unenriched, ...unrejected]);
  const response = acknowledge(records, [...unplaced].map(recordOf));
  if (unplaced.size > 0 || !placed.isEmpty) remember(records, batch, unplaced, placed);

  const rejected = Object.values(batch.reasons).reduce((sum, count) => sum + count, 0);
  log({
    received: batch.enrichedFrom.length + rejected + batch.skipped.length,
    enriched: batch.enrichedFrom.length - unenriched.length,
    rejected,
    reasons: batch.reasons,
    skipped: batch.skipped.length,
    unplaced: unplaced.size,
    errors: errorsOf(toStream, toRejected),
  });
  return response;
}

/** Of what was placed, that behind the first gap is redelivered. */
function remember(
  records: readonly StreamRecord[],
  { enrichedFrom, linesFrom, skipped }: ReturnType<typeof readBatch>,
  unplaced: ReadonlySet<Origin>,
  placed: PlacedRecords,
): void {
  const gap = [...unplaced].reduce((min, origin) => Math.min(min, recordOf(origin)), Infinity);
  for (const { eventID } of records.slice(0, gap)) placed.delete(eventID);
  for (const origins of [enrichedFrom, linesFrom, skipped]) {
    for (const origin of origins) {
      if (recordOf(origin) < gap || unplaced.has(origin)) continue;
      placed.add((records[recordOf(origin)] as StreamRecord).eventID, partOf(origin));
    }
  }
}
