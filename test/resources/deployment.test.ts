// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation resolves them
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crawlerNameOf } from '../../resources/crawler.ts';
import { packageFolder } from '../fixtures/packaged-service.ts';
import { trustProblems } from './access-rules.ts';
import {
  givenTemplate,
  OPTIONS_OFF,
  OPTIONS_ON,
  ofType,
  PACKAGING_MS,
  type Properties,
  type Template,
} from './fixtures.ts';

describe.each([
  ['dev', []],
  ['prod', []],
  ['dev', OPTIONS_ON],
] as const)('A deployment of %s %j', (stage, params) => {
  let template: Template;
  let provider: Properties;
  beforeAll(async () => {
    template = await givenTemplate(stage, [...params]);
    const folder = join(await packageFolder(stage, [...params]), '.serverless');
    provider = JSON.parse(readFileSync(join(folder, 'serverless-state.json'), 'utf8')).service
      .provider;
  }, PACKAGING_MS);

  it('trusts services for this account alone', () => {
    expect(trustProblems(template)).toEqual([]);
  });

  it('names no partition, so that it also deploys to China and GovCloud', () => {
    expect(JSON.stringify(template).match(/arn:aws[^"]{0,60}/g) ?? []).toEqual([]);
  });

  it('has no function versions, JSON logs, and only warnings of the system', () => {
    expect(ofType(template, 'AWS::Lambda::Version')).toEqual([]);
    for (const [, { Properties: p }] of ofType(template, 'AWS::Lambda::Function')) {
      expect(p.LoggingConfig).toEqual({
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
      });
    }
  });

  it('tags the stack, and protects it from deletion in prod', () => {
    expect(provider.stackTags).toEqual({ service: 'tributary', stage });
    expect(provider.deletionProtection).toEqual({ stages: ['prod'] });
  });

  it('notifies when an alarm is over', () => {
    for (const [id, { Properties: p }] of ofType(template, 'AWS::CloudWatch::Alarm')) {
      expect([id, p.OKActions]).toEqual([id, p.AlarmActions]);
    }
  });

  it('lets RecordRun find out that a manifest does not exist', () => {
    const [{ PolicyDocument }] = template.Resources.RecordRunRole?.Properties.Policies ?? [];
    expect(PolicyDocument.Statement).toContainEqual({
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: { 'Fn::GetAtt': ['LakeBucket', 'Arn'] },
    });
  });

  it('tells Athena and Trino where each day of a declared table is', () => {
    const tables = ofType(template, 'AWS::Glue::Table')
      .map(([, each]) => each.Properties.TableInput)
      .filter(({ Parameters }) => Parameters['projection.enabled'] === 'true');
    expect(tables.length).toBeGreaterThanOrEqual(4);
    for (const { Parameters, StorageDescriptor: storage } of tables) {
      expect(Parameters['storage.location.template']).toEqual({
        'Fn::Sub': `${storage.Location['Fn::Sub']}ingest_date=\${!ingest_date}/`,
      });
      if (Parameters.classification === 'json') {
        expect(storage.SerdeInfo.Parameters).toEqual({ 'case.insensitive': 'FALSE' });
      }
    }
  });
});

describe('The crawler', () => {
  let crawler: Properties;
  let role: Properties;
  let template: Template;
  beforeAll(async () => {
    template = await givenTemplate('prod');
    crawler = template.Resources.CuratedCrawler?.Properties;
    role = template.Resources.CuratedCrawlerRole?.Properties;
  }, PACKAGING_MS);

  it('makes a table of each folder below curated/, even while it has one partition', () => {
    const { CreatePartitionIndex, Grouping } = JSON.parse(crawler.Configuration);
    // The bucket is level 1: a table is s3://<bucket>/curated/<table>/.
    expect(Grouping).toEqual({ TableLevelConfiguration: 3 });
    for (const { Path } of crawler.Targets.S3Targets) {
      expect(Path['Fn::Sub']).toMatch(/^s3:\/\/\$\{LakeBucket\}\/curated\/[a-z_]+\/$/);
    }
    // Indexes would want more rights.
    expect(CreatePartitionIndex).toBe(false);
  });

  it('may do what the managed role of AWS allows, on this stage alone', () => {
    const allowed = role.Policies[0].PolicyDocument.Statement.flatMap((each: Properties) =>
      [each.Action].flat(),
    );
    expect(allowed.filter((each: string) => each.startsWith('glue:')).length).toBeGreaterThan(40);
    expect(allowed).toEqual(
      expect.arrayContaining([
        ...['glue:GetDatabase', 'glue:CreateTable', 'glue:UpdateTable', 'glue:GetPartitions'],
        ...['glue:BatchCreatePartition', 'glue:UpdatePartition', 'cloudwatch:PutMetricData'],
        ...['s3:GetBucketLocation', 's3:GetBucketAcl', 's3:ListBucket', 's3:GetObject'],
        ...['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      ]),
    );
  });

  it('has another name when its targets change, which Glue refuses to edit', () => {
    const name = crawlerNameOf('tributary-prod-curated', 'lake');
    expect(name).toMatch(/^tributary-prod-curated-[0-9a-f]{8}$/);
    expect(crawlerNameOf('tributary-prod-curated', 'lake')).toBe(name);
    expect(crawlerNameOf('tributary-prod-curated', 'another-lake')).not.toBe(name);
  });

  it('is the one that RunCrawler starts and may start', () => {
    const { CRAWLER_NAME } =
      template.Resources.RunCrawlerLambdaFunction?.Properties.Environment.Variables ?? {};
    expect(CRAWLER_NAME).toBe(crawler.Name);
    const policy = JSON.stringify(template.Resources.RunCrawlerRole?.Properties.Policies);
    expect(policy).toContain(`:crawler/${crawler.Name}"`);
  });
});

describe('The budget', () => {
  it(
    'waits for the policy that lets Budgets publish, and is left out at 0',
    async () => {
      const of = async (params: string[]) =>
        ofType(await givenTemplate('dev', params), 'AWS::Budgets::Budget');
      const [[, budget] = []] = await of(OPTIONS_ON);
      expect(budget).toMatchObject({ DependsOn: ['AlarmTopicPolicy'] });
      expect(budget?.Properties.Budget.BudgetLimit).toEqual({ Amount: '50', Unit: 'USD' });
      expect(await of(OPTIONS_OFF)).toEqual([]);
    },
    PACKAGING_MS,
  );
});

describe('A deployment with streaming=false', () => {
  it(
    'has the batch alone: nothing of the events, and no reference to it',
    async () => {
      const batch = await givenTemplate('prod', ['streaming=false']);
      const both = await givenTemplate('prod');
      const types = new Set(Object.values(batch.Resources).map(({ Type }) => Type));
      for (const type of ['Kinesis::Stream', 'KinesisFirehose::DeliveryStream']) {
        expect(types).not.toContain(`AWS::${type}`);
      }
      expect(types).not.toContain('AWS::Lambda::EventSourceMapping');
      const left = Object.keys(batch.Resources).filter((id) => /session|route/i.test(id));
      expect(left).toEqual([]);
      // What is left is as it is with both halves, apart from what lists it.
      const changed = Object.keys(batch.Resources).filter(
        (id) => JSON.stringify(batch.Resources[id]) !== JSON.stringify(both.Resources[id]),
      );
      expect(changed.filter((id) => !id.endsWith('LambdaFunction'))).toEqual(['Dashboard']);
      for (const [id] of ofType(both, 'AWS::Lambda::Function')) {
        if (!/session/i.test(id)) expect(batch.Resources).toHaveProperty(id);
      }
    },
    PACKAGING_MS,
  );
});

describe('A deployment with streamMode=on-demand', () => {
  it(
    'leaves the number of shards to AWS',
    async () => {
      const template = await givenTemplate('dev', OPTIONS_ON);
      const streams = ofType(template, 'AWS::Kinesis::Stream').map(([, each]) => each.Properties);
      expect(streams.length).toBeGreaterThan(3);
      for (const { ShardCount, StreamModeDetails } of streams) {
        expect([ShardCount, StreamModeDetails]).toEqual([undefined, { StreamMode: 'ON_DEMAND' }]);
      }
    },
    PACKAGING_MS,
  );
});
