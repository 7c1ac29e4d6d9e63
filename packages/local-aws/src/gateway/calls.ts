import type { IncomingMessage } from 'node:http';
import type { Call } from '../iam/iam.ts';
import { arn } from '../service/template.ts';

type Input = Record<string, unknown>;

/** How each service of the JSON protocol is named in policies, and which ARNs its input names. */
const services: Record<string, { prefix: string; resources: (input: Input) => string[] }> = {
  AmazonSSM: {
    prefix: 'ssm',
    resources: ({ Name, Names }) =>
      [Names ?? Name].flat().map((name) => arn('ssm', `parameter${name}`)),
  },
  AWSGlue: {
    prefix: 'glue',
    resources: ({ Name, DatabaseName, TableName }) =>
      DatabaseName === undefined
        ? [arn('glue', `crawler/${Name}`)]
        : [
            arn('glue', 'catalog'),
            arn('glue', `database/${DatabaseName}`),
            arn('glue', `table/${DatabaseName}/${TableName ?? Name ?? '*'}`),
          ],
  },
  AmazonAthena: {
    prefix: 'athena',
    resources: ({ WorkGroup }) => [arn('athena', `workgroup/${WorkGroup ?? 'primary'}`)],
  },
  Kinesis_20131202: {
    prefix: 'kinesis',
    resources: ({ StreamName, StreamARN }) =>
      StreamARN || StreamName ? [String(StreamARN ?? arn('kinesis', `stream/${StreamName}`))] : [],
  },
  AWSStepFunctions: {
    prefix: 'states',
    resources: ({ stateMachineArn, executionArn }) => [
      String(stateMachineArn ?? executionArn ?? '*'),
    ],
  },
  /** Of CloudWatch, whose metrics have no ARNs. */
  GraniteServiceVersion20100801: { prefix: 'cloudwatch', resources: () => ['*'] },
  Logs_20140328: {
    prefix: 'logs',
    resources: ({ logGroupName, logStreamName }) => [
      logGroupName
        ? arn('logs', `log-group:${logGroupName}:log-stream:${logStreamName ?? ''}`)
        : '*',
    ],
  },
  AmazonSQS: {
    prefix: 'sqs',
    resources: ({ QueueUrl, QueueName }) => [
      arn(
        'sqs',
        String(QueueName ?? QueueUrl)
          .split('/')
          .at(-1) ?? '',
      ),
    ],
  },
  Firehose_20150804: {
    prefix: 'firehose',
    resources: ({ DeliveryStreamName }) => [
      DeliveryStreamName ? arn('firehose', `deliverystream/${DeliveryStreamName}`) : '*',
    ],
  },
};

/** The action of a call of the JSON protocol, as policies name it; empty for an unknown service. */
export function actionOfTarget(target: string): string {
  const [service = '', action = ''] = target.split('.');
  const prefix = services[service]?.prefix;
  return prefix ? `${prefix}:${action}` : '';
}

/** What a call of the JSON protocol does, by its `X-Amz-Target` and its input. */
export function callsOfTarget(target: string, input: Input): Call[] {
  const [service = '', action = ''] = target.split('.');
  const known = services[service];
  if (!known) return [];
  return known.resources(input).map((resource) => ({
    action: `${known.prefix}:${action}`,
    resource,
  }));
}

/** What an S3 request does: `/bucket` lists, `/bucket/key` reads or writes an object. */
export function callOfS3(method: string, url: string): Call & { bucket: string; key: string } {
  const { pathname } = new URL(url, 'http://s3');
  if (pathname === '/' && url.startsWith('/') && !url.startsWith('//')) {
    return { action: 's3:ListAllMyBuckets', resource: '*', bucket: '', key: '' };
  }
  const [bucket = '', ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const ofBucket = `arn:aws:s3:::${bucket}`;
  if (key === '') return { action: 's3:ListBucket', resource: ofBucket, bucket, key };
  const actions: Record<string, string> = {
    GET: 's3:GetObject',
    HEAD: 's3:GetObject',
    PUT: 's3:PutObject',
    POST: 's3:PutObject',
    DELETE: 's3:DeleteObject',
  };
  return { action: actions[method] ?? method, resource: `${ofBucket}/${key}`, bucket, key };
}

/** The access key that a request is signed with: the local stage gives each role its own name as key. */
export function callerOf({ headers }: IncomingMessage): string | undefined {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
}
