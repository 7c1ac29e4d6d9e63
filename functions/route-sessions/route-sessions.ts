import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { KeyedRecord } from '../../core/kinesis/records.ts';
import { compressLines, readEnvelope } from '../../core/sessions/envelopes.ts';
import { joinLines } from '../../core/sessions/lines.ts';
import { type Packable, packRecords } from '../../core/sessions/pack-records.ts';
import type { RoutedCounts } from '../runtime/metrics.ts';
import type { PlacedRecords } from '../runtime/placed-records.ts';
import type { RecordData } from '../runtime/record-data.ts';
import { acknowledge, type StreamRecord } from '../runtime/stream-event.ts';
import { errorsOf, type Write } from '../runtime/stream-writers.ts';

export interface RouteSessions {
  /** The function's own; the one that takes the rest also gets events of segments without a router. */
  segment: string;
  writeSegment: Write<KeyedRecord>;
  recordData: RecordData;
  /** Outlives the invocation. */
  placed: PlacedRecords;
  log: (counts: RoutedCounts) => void;
}

/** A record of the batch, by index. */
interface Routed extends Packable {
  readonly record: number;
  readonly id: string;
  readonly count: number;
  readonly isReadable: boolean;
  readonly isOther: boolean;
}

/**
 * Takes the events out of the envelopes of a batch, still compressed, and writes them, packed, to the
 * segment's stream: its records are gzip, and so is what its Firehose joins. A packed record that could
 * not be written is not acknowledged: the batch is redelivered from the first of its envelopes on.
 */
export async function routeSessions(
  records: readonly StreamRecord[],
  { segment, writeSegment, recordData, placed, log }: RouteSessions,
  remainingMs: () => number,
): Promise<KinesisStreamBatchResponse> {
  const all = records.map((record, i) => read(record, recordData.decode(record), i, segment));
  const fresh = all.filter(({ id }) => !placed.has(id));
  const packed = packRecords(fresh);
  const report = await writeSegment(packed, remainingMs);

  const unplaced = new Set(
    report.unplaced.flatMap((i) => (packed[i]?.from ?? []).map((from) => fresh[from] as Routed)),
  );
  const gap = [...unplaced].reduce((min, { record }) => Math.min(min, record), Infinity);
  for (const each of all) {
    if (each.record < gap) placed.delete(each.id);
    else if (!unplaced.has(each)) placed.add(each.id);
  }
  log({
    received: eventsIn(all),
    routed: eventsIn(fresh) - eventsIn(unplaced),
    skipped: eventsIn(all) - eventsIn(fresh),
    unplaced: eventsIn(unplaced),
    unrouted: eventsIn(fresh.filter((each) => each.isOther && !unplaced.has(each))),
    unreadable: fresh.filter(({ isReadable }) => !isReadable).length,
    records: packed.length,
    errors: errorsOf(report),
  });
  return acknowledge(
    records,
    [...unplaced].map(({ record }) => record),
  );
}

/**
 * An envelope that cannot be read was not written by enrichment. It is passed on as a line: its
 * bytes are kept, a metric counts it, and the shard goes on.
 */
function read(source: StreamRecord, data: Buffer, record: number, own: string): Routed {
  const { partitionKey = '' } = source.kinesis;
  const place = { record, id: source.eventID };
  const single = () => ({
    ...place,
    partitionKey,
    count: 1,
    data: compressLines(joinLines([data])),
  });
  try {
    const envelope = readEnvelope(data);
    const segment = envelope?.segment ?? segmentOf(data);
    const isOther = segment !== own;
    if (envelope === undefined) return { ...single(), isReadable: true, isOther };
    const { bucket, count, member } = envelope;
    return { ...place, partitionKey: bucket, count, data: member, isReadable: true, isOther };
  } catch {
    return { ...single(), isReadable: false, isOther: false };
  }
}

/** Of an event that is in no envelope, which is rare: it is larger than one. */
const segmentOf = (data: Buffer): unknown => JSON.parse(data.toString()).segment;

function eventsIn(routed: Iterable<Routed>): number {
  let events = 0;
  for (const { count } of routed) events += count;
  return events;
}
