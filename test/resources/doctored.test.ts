// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are made of them
import {
  environmentProblems,
  readersOfSecret,
  roleProblems,
  statementProblems,
  trustProblems,
} from './access-rules.ts';
import { givenTemplate, PACKAGING_MS, type Properties, type Template } from './fixtures.ts';
import {
  alarmProblems,
  mappingProblems,
  startProblems,
  timeoutProblems,
  watchProblems,
} from './reliability-rules.ts';
import {
  bucketProblems,
  encryptionProblems,
  lakeProblems,
  logProblems,
  queueAndTopicProblems,
  removalProblems,
} from './storage-rules.ts';

let prod: Template;
beforeAll(async () => {
  prod = await givenTemplate('prod');
}, PACKAGING_MS);

/** The template with one value replaced; `undefined` takes it away. */
function doctored(path: string, value: unknown): Template {
  const template = structuredClone(prod);
  const steps = `Resources.${path}`.split('.');
  const last = steps.pop() as string;
  let at: Properties = template;
  for (const step of steps) {
    at = at[step];
    if (at === undefined) throw new Error(`The template has no ${path}`);
  }
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else if (!delete at[last]) throw new Error(`The template has no ${path}`);
  return template;
}

type Rule = (template: Template) => string[];
type Case = [what: string, path: string, value?: unknown];
const gone = undefined;

/** Each rule, and what it has to find. */
const cases: [string, Rule, Case[]][] = [
  [
    'buckets',
    bucketProblems,
    [
      [
        'a public one',
        'LakeBucket.Properties.PublicAccessBlockConfiguration.BlockPublicAcls',
        false,
      ],
      [
        'one without a block',
        'FailedBatchesBucket.Properties.PublicAccessBlockConfiguration',
        gone,
      ],
      ['one without encryption', 'SessionsUsaBucket.Properties.BucketEncryption', gone],
      ['one without a policy', 'SessionsUsaBucketPolicy', gone],
      [
        'one that takes plain HTTP',
        'LakeBucketPolicy.Properties.PolicyDocument.Statement.0.Effect',
        'Allow',
      ],
      [
        'one that asks for TLS only for its objects',
        'LakeBucketPolicy.Properties.PolicyDocument.Statement.0.Resource.0',
        gone,
      ],
      [
        'one that keeps incomplete uploads',
        'FailedBatchesBucket.Properties.LifecycleConfiguration.Rules.1',
        gone,
      ],
      [
        'one that keeps everything',
        'FailedBatchesBucket.Properties.LifecycleConfiguration.Rules.0.Status',
        'Disabled',
      ],
      [
        'one that keeps old versions',
        'LakeBucket.Properties.LifecycleConfiguration.Rules.0.NoncurrentVersionExpiration',
        gone,
      ],
    ],
  ],
  [
    'the lake',
    lakeProblems,
    [
      ['no versions', 'LakeBucket.Properties.VersioningConfiguration.Status', 'Suspended'],
      [
        'a zone without an age',
        'LakeBucket.Properties.LifecycleConfiguration.Rules.4.Prefix',
        'other/',
      ],
    ],
  ],
  [
    'removal',
    (template) => removalProblems(template, 'Retain'),
    [
      ['a bucket that goes with the stack', 'LakeBucket.DeletionPolicy', 'Delete'],
      ['one that stays after a failed creation', 'LakeBucket.DeletionPolicy', 'Retain'],
      ['a bucket that goes when it is replaced', 'LakeBucket.UpdateReplacePolicy', gone],
    ],
  ],
  [
    'encryption',
    encryptionProblems,
    [
      ['a plain stream', 'SessionsStream.Properties.StreamEncryption', gone],
      [
        'a plain Firehose',
        'RejectedSessionsDelivery.Properties.DeliveryStreamEncryptionConfigurationInput',
        gone,
      ],
      ['a plain queue', 'FailedStartsQueue.Properties.SqsManagedSseEnabled', false],
      ['the key that no alarm may use', 'AlarmTopic.Properties.KmsMasterKeyId', 'alias/aws/sns'],
      [
        'a workgroup whose settings a client may override',
        'Workgroup.Properties.WorkGroupConfiguration.EnforceWorkGroupConfiguration',
        false,
      ],
      [
        'unencrypted results',
        'Workgroup.Properties.WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration',
        gone,
      ],
    ],
  ],
  [
    'queues and topics',
    queueAndTopicProblems,
    [
      [
        'a queue without TLS',
        'FailedStartsQueuePolicy.Properties.PolicyDocument.Statement.0',
        gone,
      ],
      ['a topic without TLS', 'AlarmTopicPolicy.Properties.PolicyDocument.Statement.0', gone],
      [
        'a topic that takes messages for anybody',
        'AlarmTopicPolicy.Properties.PolicyDocument.Statement.1.Condition',
        gone,
      ],
      ['a key that shuts alarms out', 'AlarmKey.Properties.KeyPolicy.Statement.2', gone],
    ],
  ],
  [
    'logs',
    logProblems,
    [
      ['a group without an end', 'FetchTokenLogGroup.Properties.RetentionInDays', gone],
      ['a function without a group', 'RecordRunLogGroup', gone],
      [
        'a Firehose that logs no errors',
        'SessionsUsaDelivery.Properties.ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions',
        gone,
      ],
      [
        'a machine that logs nothing',
        'IngestNewReleases.Properties.LoggingConfiguration.Level',
        'OFF',
      ],
      [
        'a machine that logs what its states hold',
        'IngestNewReleases.Properties.LoggingConfiguration.IncludeExecutionData',
        true,
      ],
    ],
  ],
  [
    'roles',
    roleProblems,
    [
      [
        'one that two share',
        'PlanAlbumsLambdaFunction.Properties.Role',
        { 'Fn::GetAtt': ['FetchTokenRole', 'Arn'] },
      ],
      ['one from elsewhere', 'CuratedCrawler.Properties.Role', 'arn:aws:iam::1:role/any'],
      [
        'one that two services may take',
        'FetchTokenRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal.Service',
        ['lambda.amazonaws.com', 'ec2.amazonaws.com'],
      ],
      [
        'one that anybody may take',
        'FetchTokenRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal',
        '*',
      ],
      [
        'one with policies of others',
        'FetchTokenRole.Properties.ManagedPolicyArns',
        ['arn:aws:iam::aws:policy/AdministratorAccess'],
      ],
    ],
  ],
  [
    'statements',
    statementProblems,
    (
      [
        ['an action with a wildcard', 'Action', 's3:*'],
        ['every resource', 'Resource', '*'],
        ['every resource among others', 'Resource', ['arn:aws:s3:::lake/x', '*']],
        ['every bucket', 'Resource', 'arn:aws:s3:::*/raw'],
        [
          'a whole service',
          'Resource',
          { 'Fn::Sub': 'arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:*' },
        ],
        ['everything but something', 'NotAction', 's3:PutObject'],
      ] as Case[]
    ).map(([what, key, value]) => [
      what,
      `PlanAlbumsRole.Properties.Policies.0.PolicyDocument.Statement.1.${key}`,
      value,
    ]),
  ],
  [
    'trust',
    trustProblems,
    [
      [
        'a role for any account',
        'ScheduleRole.Properties.AssumeRolePolicyDocument.Statement.0.Condition',
        gone,
      ],
    ],
  ],
  [
    'readers of the secret',
    (template) => readersOfSecret(template).filter((role) => role !== 'FetchTokenRole'),
    [
      [
        'a second one',
        'ListNewReleasesRole.Properties.Policies.0.PolicyDocument.Statement.1.Resource',
        'arn:aws:ssm:us-east-1:1:parameter/tributary/prod/spotify/*',
      ],
    ],
  ],
  [
    'environments',
    environmentProblems,
    [
      [
        'a name that sounds like a secret',
        'FetchTokenLambdaFunction.Properties.Environment.Variables.SPOTIFY_CLIENT_SECRET',
        'x',
      ],
      [
        'a value that looks like one',
        'FetchTokenLambdaFunction.Properties.Environment.Variables.SPOTIFY_APP',
        '0123456789abcdef0123456789abcdef',
      ],
    ],
  ],
  [
    'timeouts',
    timeoutProblems,
    [['a function that outlasts its state', 'RecordRunLambdaFunction.Properties.Timeout', 900]],
  ],
  [
    'starts',
    startProblems,
    [
      ['no time zone', 'IngestSchedule.Properties.ScheduleExpressionTimezone', gone],
      ['no dead-letter queue', 'IngestSchedule.Properties.Target.DeadLetterConfig', gone],
      ['no retries', 'UploadedManifestRule.Properties.Targets.0.RetryPolicy', gone],
      [
        'a schedule that may not send to its queue',
        'ScheduleRole.Properties.Policies.0.PolicyDocument.Statement.1',
        gone,
      ],
      [
        'a rule that may not send to its queue',
        'FailedStartsQueuePolicy.Properties.PolicyDocument.Statement.1',
        gone,
      ],
      [
        'a rule that may not start its machine',
        'UploadedManifestRole.Properties.Policies.0.PolicyDocument.Statement.0.Action',
        'states:ListExecutions',
      ],
    ],
  ],
  [
    'mappings',
    mappingProblems,
    [
      ['one that counts retries', 'EnrichSessionsMapping.Properties.MaximumRetryAttempts', 100],
      ['one that never discards', 'EnrichSessionsMapping.Properties.MaximumRecordAgeInSeconds', -1],
      [
        'one that drops what it discards',
        'RouteUsaSessionsMapping.Properties.DestinationConfig',
        gone,
      ],
      [
        'one that may not store what it discards',
        'EnrichSessionsRole.Properties.Policies.0.PolicyDocument.Statement.4.Action',
        's3:GetObject',
      ],
    ],
  ],
  [
    'alarms',
    alarmProblems,
    [
      ['one that tells nobody', 'IngestFailedAlarm.Properties.AlarmActions', []],
      ['one without a meaning', 'IngestFailedAlarm.Properties.AlarmDescription', ''],
      ['one that leaves silence open', 'IngestFailedAlarm.Properties.TreatMissingData', gone],
      ['one that the key does not know', 'IngestFailedAlarm.Properties.AlarmName', 'failed'],
      ['one that looks too far back', 'IngestOverdueAlarm.Properties.EvaluationPeriods', 200],
    ],
  ],
  [
    'what is watched',
    watchProblems,
    [
      ['a function whose errors are not', 'PlanAlbumsErrorsAlarm', gone],
      ['concurrency that ran out', 'FunctionsThrottlesAlarm', gone],
      ['a stream that takes no writes', 'RouteUsaSessionsUnplacedAlarm', gone],
      ['a mapping whose age is not', 'RouteUsaSessionsIteratorAgeAlarm', gone],
      ['a Firehose that cannot read', 'SessionsUsaDeliveryDeliveryBehindAlarm', gone],
      ['a Firehose that delivers nothing', 'SessionsUsaDeliveryUndeliveredAlarm', gone],
      ['a mapping that counts no events', 'EnrichSessionsMapping.Properties.MetricsConfig', gone],
      [
        'an alarm on another stream than it says',
        'SessionsWritesThrottledAlarm.Properties.Dimensions.0.Value.Ref',
        'SessionsUsaStream',
      ],
      ['a queue that is not', 'IngestFailedStartsAlarm', gone],
    ],
  ],
];

describe.each(cases)('The rule on %s finds', (_, problems, changes) => {
  it.each(changes)('%s', (_what, path, value) => {
    expect(problems(prod)).toEqual([]);
    expect(problems(doctored(path, value))).not.toEqual([]);
  });
});
