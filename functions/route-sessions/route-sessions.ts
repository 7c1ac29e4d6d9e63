import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { openEnvelope } from '../../core/sessions/envelopes.ts';
import { joinLines } from '../../core/sessions/lines.ts';
import { type PackableLines, packRecords } from '../../core/sessions/pack-records.ts';
import type { RoutedCounts } from '../runtime/metrics.ts';
import type { PlacedRecords } from '../runtime/placed-records.ts';
import { acknowledge, type StreamRecord } from '../runtime/stream-event.ts';
import { errorsOf, type Write } from '../runtime/stream-writers.ts';

export interface RouteSessions {
  writeSegment: Write<KeyedRecord>;
  /** Outlives the invocation. */
  placed: PlacedRecords;
  log: (counts: RoutedCounts) => void;
}

/** A record of the batch, by index, opened. */
interface Opened extends PackableLines {
  readonly record: number;
  readonly id: string;
  readonly count: number;
  readonly isReadable: boolean;
}

/**
 * Opens the envelopes of a batch and writes their events, packed, to the segment's stream. A packed
 * record that could not be written is not acknowledged: the batch is redelivered from the first of
 * its envelopes on.
 */
export async function routeSessions(
  records: readonly StreamRecord[],
  { writeSegment, placed, log }: RouteSessions,
  remainingMs: () => number,
): Promise<KinesisStreamBatchResponse> {
  const all = records.map(open);
  const opened = all.filter(({ id }) => !placed.has(id));
  const packed = packRecords(opened);
  const report = await writeSegment(packed, remainingMs);

  const unplaced = new Set(
    report.unplaced.flatMap((i) => (packed[i]?.from ?? []).map((from) => opened[from] as Opened)),
  );
  const gap = [...unplaced].reduce((min, { record }) => Math.min(min, record), Infinity);
  for (const each of all) {
    if (each.record < gap) placed.delete(each.id);
    else if (!unplaced.has(each)) placed.add(each.id);
  }
  log({
    received: eventsIn(all),
    routed: eventsIn(opened) - eventsIn(unplaced),
    skipped: eventsIn(all) - eventsIn(opened),
    unplaced: eventsIn(unplaced),
    unreadable: opened.filter(({ isReadable }) => !isReadable).length,
    records: packed.length,
    errors: errorsOf(report),
  });
  return acknowledge(
    records,
    [...unplaced].map(({ record }) => record),
  );
}

/**
 * An envelope that cannot be opened was not written by enrichment. It is passed on as a line: its
 * bytes are kept, a metric counts it, and the shard goes on.
 */
function open(
  { shardId, sequenceNumber, partitionKey, data }: StreamRecord,
  record: number,
): Opened {
  const base = { record, id: `${shardId}:${sequenceNumber}`, partitionKey };
  try {
    const envelope = openEnvelope(data);
    if (envelope === undefined) {
      return { ...base, lines: joinLines([data]), count: 1, isReadable: true };
    }
    const { bucket, count, events } = envelope;
    return { ...base, partitionKey: bucket, lines: events, count, isReadable: true };
  } catch {
    return { ...base, lines: joinLines([data]), count: 1, isReadable: false };
  }
}

function eventsIn(opened: Iterable<Opened>): number {
  let events = 0;
  for (const { count } of opened) events += count;
  return events;
}
