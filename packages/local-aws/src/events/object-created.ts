import { randomBytes, randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../service/template.ts';

/** An object that was put. */
export interface PutObject {
  bucket: string;
  key: string;
  size: number;
  /** Without quotation marks. */
  etag: string;
}

let puts = 0n;

/**
 * The event that S3 sends to EventBridge for a new object, as in
 * docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. The key comes as it is, not encoded.
 */
export function objectCreated({ bucket, key, size, etag }: PutObject, now: Date) {
  puts += 1n;
  // Of two puts of a key, the later one has the greater sequencer.
  const sequencer = ((BigInt(now.getTime()) << 24n) + puts).toString(16).toUpperCase();
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: LOCAL_ACCOUNT,
    time: `${now.toISOString().slice(0, 19)}Z`,
    region: LOCAL_REGION,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, sequencer: sequencer.padStart(18, '0') },
      'request-id': randomBytes(8).toString('hex').toUpperCase(),
      requester: LOCAL_ACCOUNT,
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  };
}
