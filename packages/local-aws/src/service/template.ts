/** A CloudFormation template, as far as the local stage reads it. */
export interface Template {
  /** For `AWS::StackName`: the Serverless Framework keeps it beside the template. */
  stackName?: string;
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** Stands in ARNs where a real account's number would. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

const pseudoParameters: Record<string, string> = {
  'AWS::AccountId': LOCAL_ACCOUNT,
  'AWS::Region': LOCAL_REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Property that is a resource's physical name, and the ARN's service part. */
const kinds: Record<string, { name: string; arn: (name: string) => string }> = {
  'AWS::Glue::Database': {
    name: 'DatabaseInput.Name',
    arn: (name) => arn('glue', `database/${name}`),
  },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (name) => `arn:aws:s3:::${name}` },
  'AWS::Lambda::Function': {
    name: 'FunctionName',
    arn: (name) => arn('lambda', `function:${name}`),
  },
  'AWS::Kinesis::Stream': { name: 'Name', arn: (name) => arn('kinesis', `stream/${name}`) },
  'AWS::KinesisFirehose::DeliveryStream': {
    name: 'DeliveryStreamName',
    arn: (name) => arn('firehose', `deliverystream/${name}`),
  },
  'AWS::Logs::LogGroup': {
    name: 'LogGroupName',
    arn: (name) => arn('logs', `log-group:${name}:*`),
  },
  'AWS::Logs::LogStream': {
    name: 'LogStreamName',
    arn: (name) => arn('logs', `log-stream:${name}`),
  },
  'AWS::SQS::Queue': { name: 'QueueName', arn: (name) => arn('sqs', name) },
  'AWS::SNS::Topic': { name: 'TopicName', arn: (name) => arn('sns', name) },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    arn: (name) => arn('states', `stateMachine:${name}`),
  },
  'AWS::IAM::Role': {
    name: 'RoleName',
    arn: (name) => `arn:aws:iam::${LOCAL_ACCOUNT}:role/${name}`,
  },
};

/** An ARN of the local account. */
export const arn = (service: string, rest: string): string =>
  `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${rest}`;

/** Roles have no names of their own: their ARN ends in the logical id here. */
export const roleOf = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);

/** These give their ARN to a Ref; everything else gives its name. */
const refIsArn = new Set(['AWS::SNS::Topic', 'AWS::StepFunctions::StateMachine']);

/** `value` with Ref, Fn::GetAtt (Arn), Fn::Sub, Fn::Join and Fn::Base64 replaced; throws on what it cannot resolve. */
export function resolve(value: unknown, template: Template): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, template));
  if (typeof value !== 'object' || value === null) return value;
  const [entry, ...more] = Object.entries(value);
  if (entry && more.length === 0) {
    const [name, argument] = entry;
    if (name === 'Ref') return refer(String(argument), template);
    if (name === 'Fn::GetAtt') return getAttribute(argument as [string, string] | string, template);
    if (name === 'Fn::Sub') return substitute(argument as string | [string, object], template);
    if (name === 'Fn::Base64') {
      return Buffer.from(String(resolve(argument, template))).toString('base64');
    }
    if (name === 'Fn::Join') {
      const [separator, parts] = resolve(argument, template) as [string, string[]];
      return parts.join(separator);
    }
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolve(each, template)]),
  );
}

function nameOf(logicalId: string, template: Template): { type: string; name: string } {
  const resource = template.Resources[logicalId];
  if (!resource) throw new Error(`The template has no resource ${logicalId}`);
  const property = kinds[resource.Type]?.name ?? 'Name';
  const name = property
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      resource.Properties,
    );
  // Without a name of its own CloudFormation would make one up: the logical id serves here.
  return { type: resource.Type, name: name ? String(resolve(name, template)) : logicalId };
}

function refer(logicalId: string, template: Template): string {
  const pseudo = logicalId === 'AWS::StackName' ? template.stackName : pseudoParameters[logicalId];
  if (pseudo) return pseudo;
  const { type, name } = nameOf(logicalId, template);
  return refIsArn.has(type) ? (kinds[type]?.arn(name) ?? name) : name;
}

function getAttribute(argument: [string, string] | string, template: Template): string {
  const [logicalId = '', attribute = ''] =
    typeof argument === 'string' ? argument.split('.') : argument;
  const { type, name } = nameOf(logicalId, template);
  if (attribute !== 'Arn') return `${name}.${attribute}`;
  return kinds[type]?.arn(name) ?? arn('local', `${type}/${name}`);
}

function substitute(argument: string | [string, object], template: Template): string {
  const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
  const values = resolve(variables, template) as Record<string, string>;
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    return (
      values[name] ?? (name.includes('.') ? getAttribute(name, template) : refer(name, template))
    );
  });
}
