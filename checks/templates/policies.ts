import { resolve, type Template } from 'local-aws/service/template.ts';

/** The policies of the roles of a template, resolved, by `<role>.<policy>`. */
export function policiesOf(template: Template): Record<string, unknown> {
  const policies: Record<string, unknown> = {};
  for (const [logicalId, { Type: type, Properties = {} }] of Object.entries(template.Resources)) {
    if (type === 'AWS::IAM::Role') {
      for (const policy of (Properties.Policies ?? []) as Policy[]) {
        policies[`${logicalId}.${String(resolve(policy.PolicyName, template))}`] = policy;
      }
    } else if (type === 'AWS::IAM::ManagedPolicy' || type === 'AWS::IAM::Policy') {
      policies[logicalId] = Properties;
    }
  }
  return Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => [
      name,
      resolve((policy as Policy).PolicyDocument, template),
    ]),
  );
}

interface Policy {
  PolicyName: unknown;
  PolicyDocument: unknown;
}
