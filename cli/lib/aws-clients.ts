import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { InvalidInput } from '../../core/errors.ts';
import { createKinesis, requestHandler } from '../../core/kinesis/kinesis-client.ts';
import { LOCAL_STAGE } from '../../core/names.ts';

const endpointsFile = join(import.meta.dirname, '../../.local/endpoints.json');

/**
 * Address, region and credentials are the SDK's own business (AWS_ENDPOINT_URL, AWS_PROFILE, …).
 * The stage `local` works without any: it is where `npm start -- --keep` says that it serves.
 */
function configOf(service: 'KINESIS' | 'S3', stage: string) {
  const { env } = process;
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL;
  if (stage !== LOCAL_STAGE) return endpoint ? { endpoint } : {};
  const hasCredentials = env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE;
  return {
    endpoint: endpoint || servedAt(),
    region: env.AWS_REGION || 'us-east-1',
    ...(!hasCredentials && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
}

function servedAt(): string {
  try {
    const { aws, pid } = JSON.parse(readFileSync(endpointsFile, 'utf8'));
    process.kill(pid, 0); // signal 0 only asks whether the process is there
    return aws;
  } catch (cause) {
    throw new InvalidInput(
      'The local stage does not serve: start it with `npm start -- --keep`, or name another --stage',
      { cause },
    );
  }
}

export const connectKinesis = (stage: string) => createKinesis(configOf('KINESIS', stage));

export function connectS3(stage: string): S3Client {
  const config = configOf('S3', stage);
  // At an address of one's own there is no name for each bucket.
  const forcePathStyle = 'endpoint' in config;
  return new S3Client({ ...config, forcePathStyle, requestHandler: requestHandler() });
}
