import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { packRecords } from '../../core/sessions/pack-records.ts';
import type { RoutedCounts } from '../runtime/metrics.ts';
import { acknowledge, type StreamRecord } from '../runtime/stream-event.ts';
import { errorsOf, type Write } from '../runtime/stream-writers.ts';

export interface RouteSessions {
  writeSegment: Write<KeyedRecord>;
  log: (counts: RoutedCounts) => void;
}

/**
 * Packs the events of a batch and writes them to the segment's stream. A packed record that could
 * not be written is not acknowledged: the batch comes again from the first of its events on.
 */
export async function routeSessions(
  records: readonly StreamRecord[],
  { writeSegment, log }: RouteSessions,
  remainingMs: () => number,
): Promise<KinesisStreamBatchResponse> {
  const packed = packRecords(records);
  const report = await writeSegment(packed, remainingMs);
  const unsent = report.unplaced.flatMap((i) => packed[i]?.events ?? []);
  log({
    received: records.length,
    routed: records.length - unsent.length,
    unsent: unsent.length,
    records: packed.length,
    errors: errorsOf(report),
  });
  return acknowledge(records, unsent);
}
