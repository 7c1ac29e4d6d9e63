import type { S3Client } from '@aws-sdk/client-s3';
import { ContractBroken } from '../errors.ts';
import { listDays, readObjectLines } from '../lake/day-objects.ts';
import { MAX_LINE_BYTES } from './rejected-lines.ts';

/** A line of a rejected event (core/sessions/rejected-lines.ts), and what it says. */
export interface RejectedLine {
  readonly eventId: string;
  readonly stream: string;
  readonly reason: string;
  readonly rejectedAt: Date;
  readonly part: number;
  readonly parts: number;
  /** Of the original, or the part of it. */
  readonly bytes: number;
  readonly text: string;
}

/** As resources/delivery.yml has Firehose name them. */
const PREFIX = 'rejected/sessions/ingest_date=';

/** The lines of events rejected from `since` on and before `until`, object by object, the oldest first. */
export async function* readRejected(
  s3: S3Client,
  bucket: string,
  since: Date,
  until: Date,
): AsyncGenerator<RejectedLine[]> {
  for await (const key of listDays(s3, bucket, PREFIX, since, until)) {
    const all: RejectedLine[] = [];
    try {
      for await (const { data } of readObjectLines(s3, bucket, key, MAX_LINE_BYTES)) {
        const line = parse(data);
        if (line.rejectedAt >= since && line.rejectedAt < until) all.push(line);
      }
    } catch (cause) {
      if ((cause as { $metadata?: unknown }).$metadata !== undefined) throw cause;
      const what = `s3://${bucket}/${key} holds no rejected events`;
      throw new ContractBroken(`${what}: ${(cause as Error).message}`, { cause });
    }
    yield all;
  }
}

function parse(data: Buffer | undefined): RejectedLine {
  const text = String(data);
  const line = JSON.parse(text);
  const rejectedAt = new Date(line.rejected_at);
  if (typeof line.original !== 'string' || Number.isNaN(rejectedAt.getTime())) {
    throw new Error('a line without its original or time');
  }
  return {
    eventId: line.event_id,
    stream: line.stream,
    reason: line.reason,
    rejectedAt,
    part: line.part,
    parts: line.parts,
    bytes: Buffer.byteLength(line.original, 'base64'),
    text,
  };
}
