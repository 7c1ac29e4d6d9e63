import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** Largest object that the console reads whole. */
const LARGEST = 32 * 1024 * 1024;

/** Keys under a prefix, at most `limit` of them. */
export async function listKeys(
  s3: S3Client,
  bucket: string,
  prefix: string,
  limit = 1_000,
): Promise<{ key: string; bytes: number; at: number }[]> {
  const found: { key: string; bytes: number; at: number }[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }),
    );
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      found.push({ key: Key, bytes: Size, at: LastModified?.getTime() ?? 0 });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined && found.length < limit);
  return found.slice(0, limit);
}

/** The folders right under a prefix, such as `ingest_date=2026-11-21/`. */
export async function listFolders(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const folders: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: '/',
        ContinuationToken,
      }),
    );
    folders.push(
      ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix.slice(prefix.length)),
    );
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return folders;
}

/** The bytes of an object, or undefined where there is none. */
export async function getBytes(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<Buffer | undefined> {
  try {
    const { Body, ContentLength = 0 } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key }),
    );
    if (ContentLength > LARGEST) throw new Error(`${key} is larger than 32 MiB`);
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    if (['NoSuchKey', 'NotFound'].includes((error as Error).name)) return undefined;
    throw error;
  }
}

export async function getJson(s3: S3Client, bucket: string, key: string): Promise<unknown> {
  const bytes = await getBytes(s3, bucket, key);
  return bytes && JSON.parse(bytes.toString());
}
