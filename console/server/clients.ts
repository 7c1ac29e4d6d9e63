import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { requestHandler } from '../../core/request-handler.ts';

/** What a client takes; without an endpoint it finds AWS, without credentials the SDK looks for them. */
export interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** As the AWS SDK names services in variables such as AWS_ENDPOINT_URL_S3. */
export type ServiceName =
  | 'ATHENA'
  | 'CLOUDWATCH'
  | 'CLOUDWATCH_LOGS'
  | 'GLUE'
  | 'KINESIS'
  | 'S3'
  | 'SFN';

export interface Clients {
  athena: AthenaClient;
  cloudwatch: CloudWatchClient;
  glue: GlueClient;
  kinesis: KinesisClient;
  logs: CloudWatchLogsClient;
  s3: S3Client;
  sfn: SFNClient;
}

/** One client a service; each has its timeouts and is the only one to retry. */
export function createClients(configOf: (service: ServiceName) => ClientConfig): Clients {
  const of = (service: ServiceName) => ({
    ...configOf(service),
    maxAttempts: 3,
    requestHandler: requestHandler(),
  });
  return {
    athena: new AthenaClient(of('ATHENA')),
    cloudwatch: new CloudWatchClient(of('CLOUDWATCH')),
    glue: new GlueClient(of('GLUE')),
    kinesis: new KinesisClient(of('KINESIS')),
    logs: new CloudWatchLogsClient(of('CLOUDWATCH_LOGS')),
    s3: new S3Client({ ...of('S3'), forcePathStyle: configOf('S3').endpoint !== undefined }),
    sfn: new SFNClient(of('SFN')),
  };
}
