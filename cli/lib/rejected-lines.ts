import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { ContractBroken } from '../../core/errors.ts';
import { MAX_LINE_BYTES } from '../../core/sessions/rejected-lines.ts';
import { readLines } from '../../core/terminal/lines.ts';

/** What a line of a rejected event says of it (core/sessions/rejected-lines.ts), and the line. */
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
const DAY_MS = 86_400_000;

/** The lines set aside from `since` on and before `until`, object by object, the oldest first. */
export async function* readRejected(
  s3: S3Client,
  bucket: string,
  since: Date,
  until: Date,
): AsyncGenerator<RejectedLine[]> {
  for await (const key of listKeys(s3, bucket, since, until)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const body = Body as Readable;
    const bytes = key.endsWith('.gz') ? body.pipe(createGunzip()) : body;
    // A connection that breaks off is to end the reading, too.
    body.on('error', (error) => bytes.destroy(error));
    const all: RejectedLine[] = [];
    try {
      for await (const lines of readLines(bytes, MAX_LINE_BYTES)) {
        for (const { data } of lines) {
          const line = parse(data);
          if (line.rejectedAt >= since && line.rejectedAt < until) all.push(line);
        }
      }
    } catch (cause) {
      const what = `s3://${bucket}/${key} is not what enrichment sets aside`;
      throw new ContractBroken(`${what}: ${(cause as Error).message}`, { cause });
    }
    yield all;
  }
}

/**
 * Firehose files lines by the day on which it got them: that of the refusal, or the next one. Days
 * sort as text, so that one listing does.
 */
async function* listKeys(
  s3: S3Client,
  bucket: string,
  since: Date,
  until: Date,
): AsyncGenerator<string> {
  const StartAfter = `${PREFIX}${dayOf(since.getTime() - DAY_MS)}`;
  const end = `${PREFIX}${dayOf(until.getTime() + 2 * DAY_MS)}`;
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX, StartAfter, ContinuationToken }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      if (Key >= end) return;
      if (Key > StartAfter) yield Key;
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

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
