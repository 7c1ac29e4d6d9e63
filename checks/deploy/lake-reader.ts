import { gunzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { parquetMetadata } from 'hyparquet';
import { CREDENTIALS, REGION } from '../lib/ministack.ts';

/** The emulated buckets, as far as the check reads and writes them. */
export interface Buckets {
  put(bucket: string, key: string, body: string): Promise<void>;
  json(bucket: string, key: string): Promise<unknown>;
  /** Rows of all Parquet files that end in `suffix`, below a prefix. */
  parquetRows(bucket: string, prefix: string, suffix: string): Promise<number>;
  /** The different event ids of the lines below a prefix. */
  eventIds(bucket: string, prefix: string): Promise<Set<string>>;
  close(): void;
}

export function openBuckets(endpoint: string): Buckets {
  const s3 = new S3Client({
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
  });
  const get = async (bucket: string, key: string): Promise<Uint8Array> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  const keysBelow = async (bucket: string, prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      token = page.NextContinuationToken;
    } while (token);
    return keys;
  };
  return {
    async put(bucket, key, body) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    json: async (bucket, key) => JSON.parse(Buffer.from(await get(bucket, key)).toString()),
    async parquetRows(bucket, prefix, suffix) {
      let rows = 0;
      for (const key of await keysBelow(bucket, prefix)) {
        if (!key.endsWith(suffix)) continue;
        const bytes = await get(bucket, key);
        const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
        rows += Number(parquetMetadata(file as ArrayBuffer).num_rows);
      }
      return rows;
    },
    async eventIds(bucket, prefix) {
      const ids = new Set<string>();
      for (const key of await keysBelow(bucket, prefix)) {
        for (const line of textOf(await get(bucket, key)).split('\n')) {
          if (line !== '') ids.add(JSON.parse(line).event_id);
        }
      }
      return ids;
    },
    close: () => s3.destroy(),
  };
}

/** The emulator's Firehose leaves out the compression that it is asked for. */
function textOf(bytes: Uint8Array): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return Buffer.from(isGzip ? gunzipSync(bytes) : bytes).toString();
}
