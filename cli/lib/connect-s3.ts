import { S3Client } from '@aws-sdk/client-s3';
import { requestHandler } from '../../core/request-handler.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { clientConfig } from './aws-clients.ts';

export function connectS3(options: StageOptions): S3Client {
  const config = clientConfig('S3', options);
  // A custom endpoint has no host name for each bucket.
  const forcePathStyle = config.endpoint !== undefined;
  return new S3Client({ ...config, forcePathStyle, requestHandler: requestHandler() });
}
