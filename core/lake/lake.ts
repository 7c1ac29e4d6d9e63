import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { RawDataMissing } from '../errors.ts';
import { parseJson } from '../parse.ts';

/** The lake's bucket. Keys come from keys.ts; bodies are whole objects, a few hundred kB at the most. */
export interface Lake {
  put(key: string, body: Uint8Array | string, contentType?: string): Promise<void>;
  putJson(key: string, value: unknown): Promise<void>;
  /** Throws RawDataMissing where there is no such object. */
  get(key: string): Promise<Buffer>;
  /** Throws RawDataMissing where there is none, or where it is not whole JSON. */
  getJson(key: string): Promise<unknown>;
  /** When the object was stored, or undefined if it is not there. */
  storedAt(key: string): Promise<Date | undefined>;
  /** All keys under a prefix, in order; with `after`, those behind it. */
  list(prefix: string, after?: string): Promise<string[]>;
}

export function createLake(s3: S3Client, bucket: string): Lake {
  const get = async (key: string) => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!Body) throw new RawDataMissing(`s3://${bucket}/${key} has no body`);
      return Buffer.from(await Body.transformToByteArray());
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error;
      throw new RawDataMissing(`s3://${bucket}/${key} does not exist`, { cause: error });
    }
  };
  const put: Lake['put'] = async (key, body, contentType = 'application/octet-stream') => {
    const object = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
    await s3.send(new PutObjectCommand(object));
  };
  return {
    put,
    putJson: (key, value) => put(key, `${JSON.stringify(value)}\n`, 'application/json'),
    get,
    async getJson(key) {
      return parseJson(await get(key), `s3://${bucket}/${key}`);
    },
    async storedAt(key) {
      try {
        const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return head.LastModified;
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    },
    async list(prefix, after) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const command = {
          Bucket: bucket,
          Prefix: prefix,
          StartAfter: after,
          ContinuationToken: token,
        };
        const page = await s3.send(new ListObjectsV2Command(command));
        for (const { Key } of page.Contents ?? []) if (Key) keys.push(Key);
        token = page.NextContinuationToken;
      } while (token);
      return keys;
    },
  };
}
