import { ofType, type Properties, referred, type Template } from './fixtures.ts';

/** Holds packages, not data; the framework makes it. */
const DEPLOYMENTS = 'ServerlessDeploymentBucket';
const asList = (value: unknown) => [value].flat();

const refusesPlainHttp = (document: Properties, action: string) =>
  document.Statement.some(
    (each: Properties) =>
      each.Effect === 'Deny' &&
      each.Principal === '*' &&
      each.Action === action &&
      String(each.Condition?.Bool?.['aws:SecureTransport']) === 'false',
  );

export function bucketProblems(template: Template): string[] {
  const policies = ofType(template, 'AWS::S3::BucketPolicy').map(([, each]) => each.Properties);
  return ofType(template, 'AWS::S3::Bucket').flatMap(([id, { Properties: p }]) => {
    const problems: string[] = [];
    const blocked = p.PublicAccessBlockConfiguration ?? {};
    for (const block of [
      'BlockPublicAcls',
      'BlockPublicPolicy',
      'IgnorePublicAcls',
      'RestrictPublicBuckets',
    ]) {
      if (blocked[block] !== true) problems.push(`${id}: ${block} is off`);
    }
    if (p.AccessControl) problems.push(`${id} has an ACL`);
    if (p.WebsiteConfiguration) problems.push(`${id} is a web site`);

    const [encryption] = p.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    if (!encryption?.ServerSideEncryptionByDefault?.SSEAlgorithm) {
      problems.push(`${id} is not encrypted`);
    }

    const policy = policies.find(({ Bucket }) => referred(Bucket) === id);
    if (!policy || !refusesPlainHttp(policy.PolicyDocument, 's3:*')) {
      problems.push(`${id} takes requests without TLS`);
    } else {
      const [deny] = policy.PolicyDocument.Statement;
      // The bucket itself and its objects.
      if (asList(deny.Resource).length !== 2) problems.push(`${id}: TLS is asked of a part only`);
    }

    const rules: Properties[] = (p.LifecycleConfiguration?.Rules ?? []).filter(
      ({ Status }: Properties) => Status === 'Enabled',
    );
    if (!rules.some((rule) => rule.AbortIncompleteMultipartUpload && !rule.Prefix)) {
      problems.push(`${id} keeps incomplete uploads`);
    }
    const expiring = rules.filter((rule) => Number(rule.ExpirationInDays) > 0);
    if (id !== DEPLOYMENTS && expiring.length === 0) problems.push(`${id} keeps all for ever`);
    if (p.VersioningConfiguration?.Status === 'Enabled') {
      for (const rule of expiring) {
        if (!(Number(rule.NoncurrentVersionExpiration?.NoncurrentDays) > 0)) {
          problems.push(`${id}: old versions under ${rule.Prefix} stay for ever`);
        }
      }
    }
    return problems;
  });
}

/** Every zone of the lake has an age, and every age a zone. */
export function lakeProblems({ Resources }: Template): string[] {
  const p = Resources.LakeBucket?.Properties;
  const problems: string[] = [];
  if (p?.VersioningConfiguration?.Status !== 'Enabled') problems.push('The lake has no versions');
  const prefixes = new Set(p?.LifecycleConfiguration?.Rules.map((r: Properties) => r.Prefix));
  for (const zone of ['raw/', 'curated/', 'rejected/', 'errors/', 'athena-results/']) {
    if (!prefixes.has(zone)) problems.push(`${zone} has no life cycle`);
  }
  return problems;
}

/**
 * What becomes of data when the stack is removed. `Retain` would also keep the empty buckets of a failed
 * first deployment, whose names the next one needs.
 */
export function removalProblems(template: Template, policy: 'Retain' | 'Delete'): string[] {
  const deletion = policy === 'Retain' ? 'RetainExceptOnCreate' : 'Delete';
  return ofType(template, 'AWS::S3::Bucket')
    .filter(([id]) => id !== DEPLOYMENTS)
    .flatMap(([id, { DeletionPolicy, UpdateReplacePolicy }]) =>
      DeletionPolicy === deletion && UpdateReplacePolicy === policy
        ? []
        : [`${id}: ${DeletionPolicy}, ${UpdateReplacePolicy}`],
    );
}

export function encryptionProblems(template: Template): string[] {
  const problems: string[] = [];
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Kinesis::Stream')) {
    if (p.StreamEncryption?.EncryptionType !== 'KMS') problems.push(`${id} is not encrypted`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::KinesisFirehose::DeliveryStream')) {
    // What reads a stream is encrypted as its stream is.
    if (p.DeliveryStreamType !== 'DirectPut') continue;
    if (!p.DeliveryStreamEncryptionConfigurationInput) problems.push(`${id} is not encrypted`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::SQS::Queue')) {
    if (p.SqsManagedSseEnabled !== true && !p.KmsMasterKeyId) {
      problems.push(`${id} is not encrypted`);
    }
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::SNS::Topic')) {
    const key = referred(p.KmsMasterKeyId) ?? '';
    // AWS's own key, alias/aws/sns, shuts out the services that publish here.
    if (template.Resources[key]?.Type !== 'AWS::KMS::Key')
      problems.push(`${id} has no key of this service`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Athena::WorkGroup')) {
    const { EnforceWorkGroupConfiguration, ResultConfiguration } = p.WorkGroupConfiguration ?? {};
    if (EnforceWorkGroupConfiguration !== true) problems.push(`${id} is not enforced`);
    if (!ResultConfiguration?.EncryptionConfiguration?.EncryptionOption) {
      problems.push(`${id}: results are not encrypted`);
    }
  }
  return problems;
}

export function queueAndTopicProblems(template: Template): string[] {
  const problems: string[] = [];
  const policies = (type: string, list: 'Queues' | 'Topics') =>
    ofType(template, type).flatMap(([, { Properties: p }]) =>
      p[list].map((each: Properties) => [referred(each), p.PolicyDocument]),
    );
  const queues = new Map(policies('AWS::SQS::QueuePolicy', 'Queues') as [string, Properties][]);
  for (const [id] of ofType(template, 'AWS::SQS::Queue')) {
    const document = queues.get(id);
    if (!document || !refusesPlainHttp(document, 'sqs:*')) {
      problems.push(`${id} takes messages without TLS`);
    }
  }
  const topics = new Map(policies('AWS::SNS::TopicPolicy', 'Topics') as [string, Properties][]);
  for (const [id, { Properties: p }] of ofType(template, 'AWS::SNS::Topic')) {
    const document = topics.get(id);
    if (!document || !refusesPlainHttp(document, 'sns:Publish')) {
      problems.push(`${id} takes messages without TLS`);
    }
    const key = template.Resources[referred(p.KmsMasterKeyId) ?? ''];
    const may = new Set(
      key?.Properties.KeyPolicy.Statement.map((each: Properties) => each.Principal?.Service),
    );
    for (const { Effect, Principal } of document?.Statement ?? []) {
      const service = Effect === 'Allow' && Principal.Service;
      if (service && !may.has(service)) problems.push(`${id}: ${service} may not use its key`);
    }
  }
  // Another service may send here only for a named source.
  for (const [id, document] of [...queues, ...topics]) {
    for (const { Effect, Principal, Condition } of document.Statement) {
      if (Effect === 'Allow' && !/aws:Source(Arn|Account)/.test(JSON.stringify(Condition ?? {}))) {
        problems.push(`${id}: anybody's ${JSON.stringify(Principal)} may send`);
      }
    }
  }
  return problems;
}

export function logProblems(template: Template): string[] {
  const problems: string[] = [];
  const groups = ofType(template, 'AWS::Logs::LogGroup');
  for (const [id, { Properties: p }] of groups) {
    if (!(Number(p.RetentionInDays) > 0)) problems.push(`${id} keeps its lines for ever`);
  }
  const names = new Set(groups.map(([, { Properties: p }]) => p.LogGroupName));
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Lambda::Function')) {
    if (!names.has(`/aws/lambda/${p.FunctionName}`)) problems.push(`${id} has no log group`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::KinesisFirehose::DeliveryStream')) {
    const { Enabled, LogGroupName } =
      p.ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions ?? {};
    const group = template.Resources[referred(LogGroupName) ?? ''];
    if (Enabled !== true || !group) problems.push(`${id} logs no errors`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::StepFunctions::StateMachine')) {
    const { Level = 'OFF', IncludeExecutionData, Destinations = [] } = p.LoggingConfiguration ?? {};
    if (Level === 'OFF') problems.push(`${id} logs nothing`);
    if (IncludeExecutionData !== false) problems.push(`${id} logs what its states hold`);
    const [to] = Destinations.map((each: Properties) =>
      referred(each.CloudWatchLogsLogGroup?.LogGroupArn),
    );
    if (template.Resources[to]?.Type !== 'AWS::Logs::LogGroup') {
      problems.push(`${id} logs to no group of this service`);
    }
  }
  return problems;
}
