import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { enrichRecord } from '../../core/sessions/enrich-record.ts';
import { eventIdOf } from '../../core/sessions/event-id.ts';
import { rejectedLines } from '../../core/sessions/rejected-lines.ts';
import type { EnrichedCounts } from '../runtime/metrics.ts';
import { acknowledge, positionOf, type StreamRecord } from '../runtime/stream-event.ts';
import { errorsOf, type Write } from '../runtime/stream-writers.ts';

export interface EnrichSessions {
  writeEnriched: Write<KeyedRecord>;
  writeRejected: Write<Buffer>;
  segmentOf: (country: string) => string;
  log: (counts: EnrichedCounts) => void;
  clock?: () => number;
}

/**
 * Enriches the valid events of a batch and sets the others aside, both in the order they came. What
 * could be written nowhere is not acknowledged: the batch comes again from the first such record on.
 */
export async function enrichSessions(
  records: readonly StreamRecord[],
  { writeEnriched, writeRejected, segmentOf, log, clock = Date.now }: EnrichSessions,
  remainingMs: () => number,
): Promise<KinesisStreamBatchResponse> {
  const processingTimestamp = new Date(clock()).toISOString();
  const enriched: KeyedRecord[] = [];
  const enrichedFrom: number[] = [];
  const lines: Buffer[] = [];
  const linesFrom: number[] = [];
  const reasons: Record<string, number> = {};
  for (const [i, record] of records.entries()) {
    const eventId = eventIdOf(record.shardId, record.sequenceNumber);
    const result = enrichRecord(record.data, { eventId, processingTimestamp, segmentOf });
    if ('reason' in result) {
      reasons[result.reason] = (reasons[result.reason] ?? 0) + 1;
      const kept = rejectedLines(result, positionOf(record), record.data, processingTimestamp);
      lines.push(...kept);
      linesFrom.push(...kept.map(() => i));
    } else {
      enriched.push(result);
      enrichedFrom.push(i);
    }
  }

  const [toStream, toRejected] = await Promise.all([
    writeEnriched(enriched, remainingMs),
    writeRejected(lines, remainingMs),
  ]);
  const unsent = [
    ...toStream.unplaced.map((i) => enrichedFrom[i] as number),
    ...new Set(toRejected.unplaced.map((i) => linesFrom[i] as number)),
  ];
  log({
    received: records.length,
    enriched: enriched.length - toStream.unplaced.length,
    rejected: records.length - enriched.length,
    reasons,
    unsent: unsent.length,
    errors: errorsOf(toStream, toRejected),
  });
  return acknowledge(records, unsent);
}
