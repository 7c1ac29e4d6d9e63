import { isAggregated, readAggregated } from '../../core/kinesis/aggregated-record.ts';
import { enrichInto } from '../../core/sessions/enrich-record.ts';
import { eventIdOf, eventIdPrefixOf, eventIdRestOf } from '../../core/sessions/event-id.ts';
import type { EnvelopePacker, PackedEnvelope } from '../../core/sessions/pack-envelopes.ts';
import type { Rejected } from '../../core/sessions/reasons.ts';
import { rejectedLines } from '../../core/sessions/rejected-lines.ts';
import { positionOf, type StreamRecord } from '../runtime/stream-event.ts';

/** An event of a batch: its record, by index, and its number in an aggregated one. */
export interface Origin {
  readonly record: number;
  readonly part: number | undefined;
}

/** Of the origin's event; made when it is needed, which is seldom. */
export function idOf({ record, part }: Origin, records: readonly StreamRecord[]): string {
  const { shardId, sequenceNumber } = records[record] as StreamRecord;
  return eventIdOf(shardId, sequenceNumber, part);
}

/** What a batch becomes; `from` says of each item which event it is, or is of. */
export interface ReadBatch {
  readonly envelopes: PackedEnvelope[];
  /** By the numbers that envelopes have of their events. */
  readonly enrichedFrom: Origin[];
  readonly lines: Buffer[];
  readonly linesFrom: Origin[];
  /** Events rejected, by reason. */
  readonly reasons: Record<string, number>;
  /** Events placed by an earlier invocation. */
  readonly skipped: Origin[];
}

export interface ReadOptions {
  readonly segmentOf: (country: string) => string;
  readonly processingTimestamp: string;
  readonly isPlaced: (origin: Origin) => boolean;
  readonly packer: EnvelopePacker;
}

/**
 * Enriches or rejects each event of a batch, in order. A record that the Kinesis Producer Library
 * packed is taken apart, each event with a position of its own (`#2` is its second event); a damaged
 * one is rejected whole.
 */
export function readBatch(
  records: readonly StreamRecord[],
  { segmentOf, processingTimestamp, isPlaced, packer }: ReadOptions,
): ReadBatch {
  const batch: Omit<ReadBatch, 'envelopes'> = {
    enrichedFrom: [],
    lines: [],
    linesFrom: [],
    reasons: {},
    skipped: [],
  };

  packer.reset();
  const makeRoom = packer.room.bind(packer);
  /** One for all events: read before the next one is. */
  const context = { eventIdPrefix: '', eventId: '', processingTimestamp, segmentOf };

  function reject(origin: Origin, source: StreamRecord, rejected: Rejected, part?: number): void {
    batch.reasons[rejected.reason] = (batch.reasons[rejected.reason] ?? 0) + 1;
    const position = { ...positionOf(source), ...(part !== undefined && { part }) };
    for (const line of rejectedLines(rejected, position, source.data, processingTimestamp)) {
      batch.lines.push(line);
      batch.linesFrom.push(origin);
    }
  }

  function read(record: number, source: StreamRecord, part: number | undefined): void {
    const origin = { record, part };
    if (isPlaced(origin)) {
      batch.skipped.push(origin);
      return;
    }
    context.eventIdPrefix = eventIdPrefixOf(source.shardId);
    context.eventId = eventIdRestOf(source.sequenceNumber, part);
    const rejected = enrichInto(makeRoom, source.data, context);
    if (rejected !== undefined) reject(origin, source, rejected, part);
    else batch.enrichedFrom.push(origin);
  }

  // Not entries(): its pairs are a fifth of what enrichment allocates.
  records.forEach((record, i) => {
    if (!isAggregated(record.data)) {
      read(i, record, undefined);
      return;
    }
    const parts = readAggregated(record.data);
    if (parts === undefined) {
      const origin = { record: i, part: undefined };
      if (isPlaced(origin)) batch.skipped.push(origin);
      else reject(origin, record, { reason: 'damaged-aggregate' });
    } else {
      for (const [at, { partitionKey, data }] of parts.entries()) {
        read(i, { ...record, partitionKey, data: data as Buffer }, at + 1);
      }
    }
  });
  return { ...batch, envelopes: packer.finish() };
}
