import { ofType, type Properties, referred, resolved, type Template } from './fixtures.ts';

/** Actions that know no resource, so that a policy can only say `*`. */
const WITHOUT_RESOURCE = new Set([
  // Step Functions' delivery of its log, which AWS documents with exactly these.
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
  // X-Ray, where `tracing` is on.
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
]);

/** Glue's own metrics: no resource limits them, but a condition does. */
const ofGlueMetrics = (action: string, { Condition }: Properties) =>
  action === 'cloudwatch:PutMetricData' &&
  Condition?.StringEquals['cloudwatch:namespace'] === 'Glue';

const asList = (value: unknown): Properties[] => [value].flat();

/** Where a resource names the role that it acts with. */
const rolesOf: Record<string, (p: Properties) => unknown[]> = {
  'AWS::Lambda::Function': (p) => [p.Role],
  'AWS::StepFunctions::StateMachine': (p) => [p.RoleArn],
  'AWS::Glue::Crawler': (p) => [p.Role],
  'AWS::Scheduler::Schedule': (p) => [p.Target.RoleArn],
  'AWS::Events::Rule': (p) => p.Targets.map((each: Properties) => each.RoleArn),
  'AWS::KinesisFirehose::DeliveryStream': (p) => [
    p.ExtendedS3DestinationConfiguration.RoleARN,
    ...(p.KinesisStreamSourceConfiguration ? [p.KinesisStreamSourceConfiguration.RoleARN] : []),
  ],
};

export function roleProblems(template: Template): string[] {
  const problems: string[] = [];
  const users = new Map<string, Set<string>>();
  for (const [id, { Type, Properties: p }] of Object.entries(template.Resources)) {
    for (const role of rolesOf[Type]?.(p) ?? []) {
      const name = referred(role) ?? '';
      if (template.Resources[name]?.Type !== 'AWS::IAM::Role') {
        problems.push(`${id} has no role of its own`);
      } else {
        users.set(name, (users.get(name) ?? new Set()).add(id));
      }
    }
  }
  for (const [role, by] of users) {
    if (by.size > 1) problems.push(`${role} is shared by ${[...by].join(', ')}`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::IAM::Role')) {
    if (!users.has(id)) problems.push(`${id} belongs to nothing`);
    if (p.ManagedPolicyArns?.length) problems.push(`${id} has policies that are not ours`);
    const trusted = p.AssumeRolePolicyDocument.Statement.flatMap((each: Properties) =>
      asList(each.Principal.Service ?? '*'),
    );
    if (trusted.length !== 1 || trusted[0] === '*') problems.push(`${id} trusts ${trusted}`);
  }
  return problems;
}

/** A service that acts for any account could be made to act for another one's. */
export function trustProblems(template: Template): string[] {
  return ofType(template, 'AWS::IAM::Role').flatMap(([id, { Properties: p }]) =>
    p.AssumeRolePolicyDocument.Statement.filter(({ Condition = {} }: Properties) => {
      const tests = Object.values<Properties>(Condition);
      const accounts = tests.map((each) => each['aws:SourceAccount'] ?? each['sts:ExternalId']);
      return !accounts.some((account) => referred(account) === 'AWS::AccountId');
    }).map(() => `${id} is trusted for any account`),
  );
}

export function statementProblems(template: Template): string[] {
  return ofType(template, 'AWS::IAM::Role').flatMap(([id, { Properties: p }]) =>
    (p.Policies ?? []).flatMap(({ PolicyDocument }: Properties) =>
      PolicyDocument.Statement.flatMap((statement: Properties) => {
        const problems: string[] = [];
        if (statement.Effect !== 'Allow') problems.push(`${id}: ${statement.Effect}`);
        for (const word of ['NotAction', 'NotResource', 'NotPrincipal']) {
          if (word in statement) problems.push(`${id}: ${word}`);
        }
        const resources = asList(resolved(statement.Resource, template));
        for (const action of asList(statement.Action)) {
          if (action.includes('*')) problems.push(`${id} may do ${action}`);
          for (const resource of resources) {
            // A whole service or a whole account is as good as everything.
            const all = /^\*$|^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*$|^arn:aws:s3:::\*/.test(resource);
            if (all && !WITHOUT_RESOURCE.has(action) && !ofGlueMetrics(action, statement)) {
              problems.push(`${id} may do ${action} on ${resource}`);
            }
          }
        }
        return problems;
      }),
    ),
  );
}

/** Roles that may read the client secret. */
export function readersOfSecret(template: Template): string[] {
  return ofType(template, 'AWS::IAM::Role')
    .filter(([, { Properties: p }]) =>
      resolved(p.Policies ?? [], template).some(({ PolicyDocument }: Properties) =>
        PolicyDocument.Statement.some(
          ({ Action, Resource }: Properties) =>
            asList(Action).some((action) => action.startsWith('ssm:Get')) &&
            asList(Resource).some((resource) =>
              /parameter.*(client-secret|spotify\/\*|\/\*)$/.test(resource),
            ),
        ),
      ),
    )
    .map(([id]) => id);
}

const SECRET_NAME = /secret|password|passwd|token|credential|api_?key|access_?key|private/i;
const SECRET_VALUE =
  /AKIA[A-Z0-9]{16}|^[A-Fa-f0-9]{32,}$|^[A-Za-z0-9+/]{40,}={0,2}$|-----BEGIN|^ey[\w-]+\.ey|:\/\/[^/@]*:[^/@]*@/;

export function environmentProblems(template: Template): string[] {
  return ofType(template, 'AWS::Lambda::Function').flatMap(([id, { Properties: p }]) => {
    const variables = resolved(p.Environment?.Variables ?? {}, template);
    return Object.entries(variables).flatMap(([name, value]) => {
      if (SECRET_NAME.test(name)) return [`${id}: ${name} sounds like a secret`];
      return SECRET_VALUE.test(String(value)) ? [`${id}: ${name} looks like a secret`] : [];
    });
  });
}
