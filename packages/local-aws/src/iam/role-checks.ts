import { evaluatePrefix } from '../firehose/firehose-prefix.ts';
import type { Kinesis } from '../kinesis/kinesis.ts';
import type { DeliverySettings } from '../service/stream-settings.ts';
import { arn } from '../service/template.ts';
import type { StreamingWorld } from '../streaming-world.ts';
import type { Iam } from './iam.ts';

type World = Pick<StreamingWorld, 'iam' | 'putObject'>;
type PutObject = (bucket: string, key: string, body: string | Buffer) => Promise<void>;

const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;

/**
 * What reads a stream with a role. `describes` are the actions that AWS documents for the reader
 * beside those that the reading here consists of; they are checked where it looks for shards.
 */
export function readAs(
  kinesis: Kinesis,
  role: string,
  stream: string,
  iam: Iam,
  describes: readonly string[],
): Kinesis {
  const resource = arn('kinesis', `stream/${stream}`);
  return {
    ...kinesis,
    async call(action, input) {
      const actions = action === 'ListShards' ? [...describes, action] : [action];
      for (const each of actions) iam.authorize(role, { action: `kinesis:${each}`, resource });
      return kinesis.call(action, input);
    },
  };
}

/** An on-failure destination needs s3:ListBucket and s3:PutObject of the function's role. */
export function storeFailuresAs(role: string, { iam, putObject }: World): PutObject {
  return async (bucket, key, body) => {
    iam.authorize(role, { action: 's3:ListBucket', resource: bucketArn(bucket) });
    await putObject(role, bucket, key, body);
  };
}

/**
 * What Firehose needs of its role for S3, as AWS documents it, whether or not this delivery uses it:
 * large objects go in parts, and failed ones under the error prefix, with a line in the log.
 */
export function deliverAs(settings: DeliverySettings, { iam, putObject }: World): PutObject {
  const { role, log, errorPrefix } = settings;
  const may = (action: string, resource: string) => iam.authorize(role, { action, resource });
  return async (bucket, key, body) => {
    for (const action of ['GetBucketLocation', 'ListBucket', 'ListBucketMultipartUploads']) {
      may(`s3:${action}`, bucketArn(bucket));
    }
    const failed = evaluatePrefix(errorPrefix, new Date(), 'processing-failed');
    for (const each of [key, `${failed}${settings.name}`]) {
      for (const action of ['PutObject', 'GetObject', 'AbortMultipartUpload']) {
        may(`s3:${action}`, `${bucketArn(bucket)}/${each}`);
      }
    }
    if (log) may('logs:PutLogEvents', logStreamArn(log));
    await putObject(role, bucket, key, body);
  };
}

const logStreamArn = ({ group, stream }: { group: string; stream: string }) =>
  arn('logs', `log-group:${group}:log-stream:${stream}`);
