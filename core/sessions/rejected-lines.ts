import { eventIdOf } from './event-id.ts';
import { REASONS, type Reason, type Rejected } from './reasons.ts';

/** Firehose takes at most 1,000 KiB as one record. */
export const MAX_LINE_BYTES = 1_000 * 1024;

/** The position of a record in the source stream; `arrivedAt` in ISO 8601, UTC. */
export interface SourcePosition {
  readonly stream: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly arrivedAt: string;
  /** Its place in an aggregated record, from 1 on. */
  readonly part?: number;
}

/** A rejected event, with its original bytes. */
export interface RejectedEvent extends SourcePosition, Rejected {
  readonly eventId: string;
  readonly rejectedAt: string;
  readonly original: Buffer;
}

/** One line in the bucket; this is the schema of the table of rejected events. */
interface Line {
  readonly event_id: string;
  readonly reason: Reason;
  readonly message: string;
  readonly field: string | null;
  readonly detail: string | null;
  readonly stream: string;
  readonly shard_id: string;
  readonly sequence_number: string;
  readonly partition_key: string;
  readonly arrived_at: string;
  readonly rejected_at: string;
  readonly part: number;
  readonly parts: number;
  /** Base64. The parts in their order, joined, are the base64 of the whole. */
  readonly original: string;
}

/**
 * The lines of NDJSON, line feed included, that keep a rejected record: one as a rule, more when the
 * base64 of the original (a third longer than its bytes) does not fit into one Firehose record.
 */
export function rejectedLines(
  rejected: Rejected,
  source: SourcePosition,
  original: Uint8Array,
  rejectedAt: string,
): Buffer[] {
  const line: Line = {
    event_id: eventIdOf(source.shardId, source.sequenceNumber, source.part),
    reason: rejected.reason,
    message: REASONS[rejected.reason],
    // Half a surrogate pair would make the file unreadable (DuckDB), no matter where it is from.
    field: rejected.field?.toWellFormed() ?? null,
    detail: rejected.detail?.toWellFormed() ?? null,
    stream: source.stream,
    shard_id: source.shardId,
    sequence_number: source.sequenceNumber,
    partition_key: source.partitionKey.toWellFormed(),
    arrived_at: source.arrivedAt,
    rejected_at: rejectedAt,
    part: 1,
    parts: 1,
    original: '',
  };
  // 20 bytes for longer part numbers; parts of a multiple of three bytes end without padding.
  const room = MAX_LINE_BYTES - Buffer.byteLength(JSON.stringify(line)) - 20;
  const partBytes = Math.floor(room / 4) * 3;
  const parts = Math.max(1, Math.ceil(original.length / partBytes));
  const bytes = Buffer.from(original.buffer, original.byteOffset, original.length);
  return Array.from({ length: parts }, (_, i) => {
    const piece = bytes.toString('base64', i * partBytes, (i + 1) * partBytes);
    return Buffer.from(`${JSON.stringify({ ...line, part: i + 1, parts, original: piece })}\n`);
  });
}

/**
 * Turns lines back into events, in the order of their first lines. Lines may come in any order and
 * more than once: Lambda repeats batches and Firehose files them as they come. `incomplete` holds
 * the ids of events of which a part is missing.
 */
export function unpackRejected(lines: Iterable<string | Buffer>): {
  events: RejectedEvent[];
  incomplete: string[];
} {
  const collected = new Map<string, { line: Line; pieces: Map<number, string> }>();
  for (const text of lines) {
    const line = JSON.parse(text.toString()) as Line;
    const key = `${line.stream}/${line.event_id}`;
    const known = collected.get(key) ?? { line, pieces: new Map<number, string>() };
    collected.set(key, known);
    known.pieces.set(line.part, line.original);
  }
  const events: RejectedEvent[] = [];
  const incomplete: string[] = [];
  for (const { line, pieces } of collected.values()) {
    if (pieces.size < line.parts) incomplete.push(line.event_id);
    else events.push(toRejected(line, pieces));
  }
  return { events, incomplete };
}

function toRejected(line: Line, pieces: ReadonlyMap<number, string>): RejectedEvent {
  const base64 = Array.from({ length: line.parts }, (_, i) => pieces.get(i + 1)).join('');
  return {
    eventId: line.event_id,
    reason: line.reason,
    ...(line.field === null ? {} : { field: line.field }),
    ...(line.detail === null ? {} : { detail: line.detail }),
    stream: line.stream,
    shardId: line.shard_id,
    sequenceNumber: line.sequence_number,
    partitionKey: line.partition_key,
    arrivedAt: line.arrived_at,
    rejectedAt: line.rejected_at,
    original: Buffer.from(base64, 'base64'),
  };
}
