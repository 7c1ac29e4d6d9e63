import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type Line, readLines } from '../terminal/lines.ts';

const DAY_MS = 86_400_000;

/**
 * The keys of objects with a day in their name, in order: from the day before `since` to the day after
 * `until`, because Firehose takes the day of delivery. Days sort as text, so one listing is enough.
 */
export async function* listDays(
  s3: S3Client,
  bucket: string,
  prefix: string,
  since: Date,
  until: Date,
): AsyncGenerator<string> {
  const StartAfter = `${prefix}${dayOf(since.getTime() - DAY_MS)}`;
  const end = `${prefix}${dayOf(until.getTime() + 2 * DAY_MS)}`;
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter, ContinuationToken }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      if (Key >= end) return;
      if (Key > StartAfter) yield Key;
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The lines of an object, unpacked where its name ends with `.gz`. */
export async function* readObjectLines(
  s3: S3Client,
  bucket: string,
  key: string,
  maxBytes: number,
): AsyncGenerator<Line> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const body = Body as Readable;
  const bytes = key.endsWith('.gz') ? body.pipe(createGunzip()) : body;
  // A connection that breaks off must end the reading, too.
  body.on('error', (error) => bytes.destroy(error));
  for await (const lines of readLines(bytes, maxBytes)) yield* lines;
}
