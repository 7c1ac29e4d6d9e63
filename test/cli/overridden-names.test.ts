import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { findStage } from '../../console/server/stage.ts';
import { defaultNames } from '../../core/names.ts';
import { parseYaml, readResources, readText } from '../../resources/yaml.ts';
import { run } from './fake-lake.ts';

/** What `sls deploy --param lakeBucketName=our-lake --param bucketSuffix=-ours` leaves in the stack. */
const OUTPUTS = {
  LakeBucketName: 'our-lake',
  FailedBatchesBucketName: 'tributary-dev-failed-batches-ours',
};
const BUCKETS = [
  'our-lake',
  'tributary-dev-failed-batches-ours',
  'tributary-dev-sessions-usa-ours',
  'tributary-dev-2-failed-batches-ours',
];

let server: Server;
let env: Record<string, string>;
let listed: string[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [bucket = ''] = (request.url ?? '').slice(1).split(/[/?]/);
    response.setHeader('content-type', 'application/xml');
    response.setHeader('x-amz-request-id', '1');
    if (body.includes('Action=DescribeStacks')) return response.end(describedStack());
    if (bucket === '') {
      const names = BUCKETS.map((name) => `<Bucket><Name>${name}</Name></Bucket>`);
      return response.end(
        `<ListAllMyBucketsResult><Buckets>${names.join('')}</Buckets></ListAllMyBucketsResult>`,
      );
    }
    listed.push(bucket);
    response.end('<ListBucketResult></ListBucketResult>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
});
beforeEach(() => {
  listed = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function describedStack(): string {
  const outputs = Object.entries(OUTPUTS).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>tributary-dev</StackName>
    <CreationTime>2026-11-22T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
    <Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

describe('bucket names that a deployment overrides', () => {
  it('are those that empty finds', async () => {
    await expect(run(['empty', '--stage', 'dev'], env)).resolves.toMatchObject({
      status: 0,
      stdout: `${BUCKETS.slice(0, 3).join('\n')}\n`,
    });
  });

  it('are where failed-batches looks', async () => {
    await expect(run(['failed-batches', '--stage', 'dev'], env)).resolves.toMatchObject({
      status: 0,
    });
    expect(listed).toEqual([OUTPUTS.FailedBatchesBucketName]);
  });

  it('are those of the console', async () => {
    const sfn = mockClient(SFNClient);
    const name = 'tributary-dev-ingest-new-releases';
    const stateMachineArn = `arn:aws:states:us-east-1:111122223333:stateMachine:${name}`;
    sfn
      .on(ListStateMachinesCommand)
      .resolves({
        stateMachines: [{ name, stateMachineArn, type: 'STANDARD', creationDate: new Date() }],
      })
      .on(DescribeStateMachineCommand)
      .resolves({ definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}' });
    const find = (names: object) =>
      findStage({ sfn: new SFNClient({}) }, 'dev', { ...defaultNames('dev'), ...names });
    const { buckets } = await find({
      lakeBucketName: OUTPUTS.LakeBucketName,
      failedBatchesBucketName: OUTPUTS.FailedBatchesBucketName,
    });
    expect([buckets.lake, buckets.segment('usa')]).toEqual([BUCKETS[0], BUCKETS[2]]);
    const usual = (await find({})).buckets;
    expect([usual.lake, usual.failedBatches, usual.segment('usa')]).toEqual([
      'tributary-dev-lake-111122223333',
      'tributary-dev-failed-batches-111122223333',
      'tributary-dev-sessions-usa-111122223333',
    ]);
  });

  it('follow from the outputs of the stack as the templates make them', () => {
    const { Outputs } = parseYaml(readText('outputs.yml'));
    const { FailedBatchesBucket } = readResources('streams.yml');
    const { Sessions__Segment__Bucket: segment } = readResources('segment.yml');
    const template = FailedBatchesBucket?.Properties.BucketName['Fn::Sub'];
    expect(Outputs.FailedBatchesBucketName.Value['Fn::Sub']).toBe(template);
    expect(segment?.Properties.BucketName['Fn::Sub']).toBe(
      template.replace('failed-batches', 'sessions-__segment__'),
    );
  });
});
