import { randomUUID } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { listDays, readObjectLines } from '../lake/day-objects.ts';
import { eventIdOf } from './event-id.ts';

/** A row of the table `replayed_sessions`: what joins a rejected event with its delivered copy. */
export interface ReplayedLine {
  /** Of the rejected event. */
  readonly event_id: string;
  /** Of the copy: `event_id` in the tables of the segments, or again in `rejected_sessions`. */
  readonly replayed_as: string;
  readonly reason: string;
  /** The stream in which the rejected event was, and the one to which it was replayed. */
  readonly stream: string;
  readonly replayed_to: string;
  readonly replayed_at: string;
}

const PREFIX = 'replayed/sessions/ingest_date=';
const MAX_LINE_BYTES = 64 * 1024;
/** A stream may hold a replayed event for so long before enrichment reads, and rejects, it. */
const LONGEST_LAG_MS = 7 * 86_400_000;

/** What earlier replays have sent. */
export interface ReplayLog {
  /** Whether the event was replayed, or is the copy that a replay made. */
  isReplayed(stream: string, eventId: string): boolean;
  /** The event that was rejected first, however often it was replayed and rejected again. */
  originOf(stream: string, eventId: string): string;
}

/** Reads what replays have written since `since`, with those before it whose copies may be rejected later. */
export async function readReplayLog(s3: S3Client, bucket: string, since: Date): Promise<ReplayLog> {
  const replayed = new Set<string>();
  const originals = new Map<string, string>();
  const from = new Date(since.getTime() - LONGEST_LAG_MS);
  for await (const key of listDays(s3, bucket, PREFIX, from, new Date())) {
    for await (const { data } of readObjectLines(s3, bucket, key, MAX_LINE_BYTES)) {
      const line: ReplayedLine = JSON.parse(String(data));
      const original = `${line.stream}/${line.event_id}`;
      replayed.add(original);
      originals.set(`${line.replayed_to}/${line.replayed_as}`, original);
    }
  }
  return {
    isReplayed(stream, eventId) {
      const key = `${stream}/${eventId}`;
      return replayed.has(key) || originals.has(key);
    },
    originOf(stream, eventId) {
      let key = `${stream}/${eventId}`;
      for (let next = originals.get(key); next !== undefined; next = originals.get(key)) key = next;
      return key;
    },
  };
}

/** Writes what a replay has sent, an object for each call of `flush` that has something to write. */
export function createReplayWriter(s3: S3Client, bucket: string, startedAt: Date) {
  const id = `${startedAt.toISOString().replace(/\D/g, '').slice(0, 14)}-${randomUUID()}`;
  const folder = `${PREFIX}${startedAt.toISOString().slice(0, 10)}/`;
  let lines: ReplayedLine[] = [];
  let objects = 0;

  const put = (part: number, body: string) =>
    s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${folder}${id}-${String(part).padStart(5, '0')}.ndjson`,
        Body: Buffer.from(body),
        ContentLength: Buffer.byteLength(body),
        ContentType: 'application/x-ndjson',
      }),
    );

  return {
    /** Fails where the log cannot be written: before anything is sent, not behind it. */
    begin: async () => void (await put(1, '')),
    add(
      event: Pick<ReplayedLine, 'event_id' | 'reason' | 'stream'>,
      to: { stream: string; shardId: string; sequenceNumber: string },
    ): void {
      lines.push({
        ...event,
        replayed_as: eventIdOf(to.shardId, to.sequenceNumber),
        replayed_to: to.stream,
        replayed_at: startedAt.toISOString(),
      });
    },
    async flush(): Promise<void> {
      if (lines.length === 0) return;
      const written = lines;
      lines = [];
      await put(++objects, written.map((line) => `${JSON.stringify(line)}\n`).join(''));
    },
  };
}
