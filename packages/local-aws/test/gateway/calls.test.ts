import type { IncomingMessage } from 'node:http';
import { callerOf, callOfS3, callsOfTarget } from '../../src/gateway/calls.ts';

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

describe('A call of the JSON protocol', () => {
  it.each([
    [
      'AmazonSSM.GetParameters',
      { Names: ['/t/client-id', '/t/client-secret'], WithDecryption: true },
      'ssm:GetParameters',
      [arn('ssm', 'parameter/t/client-id'), arn('ssm', 'parameter/t/client-secret')],
    ],
    [
      'AmazonSSM.PutParameter',
      { Name: '/t/access-token', Value: 'x' },
      'ssm:PutParameter',
      [arn('ssm', 'parameter/t/access-token')],
    ],
    [
      'AWSGlue.StartCrawler',
      { Name: 'curated' },
      'glue:StartCrawler',
      [arn('glue', 'crawler/curated')],
    ],
    [
      'Kinesis_20131202.PutRecords',
      { StreamName: 'sessions', Records: [] },
      'kinesis:PutRecords',
      [arn('kinesis', 'stream/sessions')],
    ],
    [
      'Kinesis_20131202.GetRecords',
      { StreamARN: 'arn:aws:kinesis:eu-west-1:1:stream/other', StreamName: 'sessions' },
      'kinesis:GetRecords',
      ['arn:aws:kinesis:eu-west-1:1:stream/other'],
    ],
    [
      'Firehose_20150804.PutRecordBatch',
      { DeliveryStreamName: 'usa' },
      'firehose:PutRecordBatch',
      [arn('firehose', 'deliverystream/usa')],
    ],
    ['Firehose_20150804.ListDeliveryStreams', {}, 'firehose:ListDeliveryStreams', ['*']],
  ])('%s of %j is %s', (target, input, action, resources) => {
    expect(callsOfTarget(target, input)).toEqual(
      resources.map((resource) => ({ action, resource })),
    );
  });

  it.each([
    ['Kinesis_20131202.ListStreams', {}],
    ['DynamoDB_20120810.GetItem', { TableName: 'x' }],
    ['', {}],
  ])('%s names nothing that a policy could be about', (target, input) => {
    expect(callsOfTarget(target, input)).toEqual([]);
  });
});

describe('A call of S3', () => {
  it.each([
    ['GET', 's3:GetObject'],
    ['HEAD', 's3:GetObject'],
    ['PUT', 's3:PutObject'],
    ['POST', 's3:PutObject'],
    ['DELETE', 's3:DeleteObject'],
    ['PATCH', 'PATCH'],
  ])('%s of an object is %s', (method, action) => {
    expect(callOfS3(method, '/lake/raw/a.json?x-id=1')).toEqual({
      action,
      resource: 'arn:aws:s3:::lake/raw/a.json',
      bucket: 'lake',
      key: 'raw/a.json',
    });
  });

  it.each(['/lake', '/lake/', '/lake?list-type=2&prefix=raw%2F', '/lake/?list-type=2'])(
    'GET of %s lists the bucket',
    (url) => {
      expect(callOfS3('GET', url)).toEqual({
        action: 's3:ListBucket',
        resource: 'arn:aws:s3:::lake',
        bucket: 'lake',
        key: '',
      });
    },
  );

  it.each([
    ['raw/ingest_date%3D2026-11-21/p.json', 'raw/ingest_date=2026-11-21/p.json'],
    ['raw/ingest_date=2026-11-21/p.json', 'raw/ingest_date=2026-11-21/p.json'],
    ['with%20space/%2B%26%3F%23', 'with space/+&?#'],
    ['a+b', 'a+b'],
    ['raw%2Fa', 'raw/a'],
    ['%C3%86r%C3%B8', 'Ærø'],
    ['100%25', '100%'],
    ['%2A', '*'],
    ['folder/', 'folder/'],
    ['a//b', 'a//b'],
  ])('of /lake/%s is about the key %s', (encoded, key) => {
    expect(callOfS3('GET', `/lake/${encoded}`)).toMatchObject({
      key,
      resource: `arn:aws:s3:::lake/${key}`,
    });
  });
});

describe('The caller', () => {
  const caller = (authorization?: string) =>
    callerOf({ headers: { ...(authorization && { authorization }) } } as IncomingMessage);

  it('is the access key that the request is signed with', () => {
    expect(
      caller(
        'AWS4-HMAC-SHA256 Credential=BatchRole/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      ),
    ).toBe('BatchRole');
  });

  it.each([undefined, '', 'Bearer BQ', 'AWS4-HMAC-SHA256 Credential=/20261121/us-east-1'])(
    'is unknown where it says %j',
    (authorization) => {
      expect(caller(authorization)).toBeUndefined();
    },
  );
});
