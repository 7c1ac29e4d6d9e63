/** An allow statement of a role, with names and ARNs resolved; `*` and `?` are wildcards. */
export interface Statement {
  actions: string[];
  resources: string[];
  /** StringEquals: the value that the call must have under each key. */
  conditions?: Record<string, string>;
}

/** One thing a caller wants to do, as policies name it. */
export interface Call {
  action: string;
  resource: string;
  /** Values of condition keys, such as `cloudwatch:namespace`. */
  context?: Record<string, string>;
}

/** What a role's policies allow, out of the template. Everything that is not allowed is denied. */
export interface Iam {
  /** Throws AccessDenied with the role, the action and the resource. */
  authorize(role: string, call: Call): void;
  allows(role: string, call: Call): boolean;
  /** Parts of the policies that have allowed no call so far: `<role>: <action or resource>`. */
  unused(): string[];
}

/** For callers without a role, such as a person with an AWS client. */
export const ALLOW_ALL: Iam = { authorize: () => {}, allows: () => true, unused: () => [] };

export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
}

export function createIam(roles: Map<string, Statement[]>): Iam {
  const patterns = new Map<string, RegExp>();
  const matches = (pattern: string, value: string) => {
    if (pattern === value) return true;
    if (!pattern.includes('*') && !pattern.includes('?')) return false;
    let regex = patterns.get(pattern);
    if (!regex) {
      const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
      regex = new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
      patterns.set(pattern, regex);
    }
    return regex.test(value);
  };
  const used = new WeakMap<Statement, Set<string>>();
  const allows = (role: string, { action, resource, context = {} }: Call) => {
    let isAllowed = false;
    // Action names do not mind their case; ARNs do.
    const called = action.toLowerCase();
    for (const statement of roles.get(role) ?? []) {
      const actions = statement.actions.filter((each) => matches(each.toLowerCase(), called));
      if (actions.length === 0) continue;
      const resources = statement.resources.filter((each) => matches(each, resource));
      if (resources.length === 0) continue;
      const conditions = Object.entries(statement.conditions ?? {});
      if (conditions.some(([key, value]) => context[key] !== value)) continue;
      isAllowed = true;
      const needed = used.get(statement) ?? new Set();
      used.set(statement, needed);
      for (const each of [...actions, ...resources]) needed.add(each);
    }
    return isAllowed;
  };
  return {
    unused: () =>
      [...roles].flatMap(([role, statements]) =>
        statements.flatMap((statement) =>
          [...statement.actions, ...statement.resources]
            .filter((each) => !used.get(statement)?.has(each))
            .map((each) => `${role}: ${each}`),
        ),
      ),
    allows,
    authorize(role, call) {
      if (allows(role, call)) return;
      throw new AccessDenied(`${role} is not allowed to ${call.action} on ${call.resource}`);
    },
  };
}

interface PolicyStatement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

/** The statements of an AWS::IAM::Role's inline policies; throws on what is not emulated. */
export function statementsOf(
  logicalId: string,
  properties: {
    Policies?: { PolicyDocument: { Statement: PolicyStatement[] } }[];
    ManagedPolicyArns?: unknown[];
  },
): Statement[] {
  if (properties.ManagedPolicyArns?.length) {
    throw new Error(`${logicalId} has managed policies, which the local stage cannot read`);
  }
  return (properties.Policies ?? []).flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Sid, Effect, Action, Resource, Condition = {}, ...others }) => {
      if (Effect !== 'Allow') throw new Error(`${logicalId}: only Allow is emulated`);
      const [unknown] = Object.keys(others);
      if (unknown) throw new Error(`${logicalId}: ${unknown} is not emulated`);
      const { StringEquals: conditions, ...operators } = Condition;
      const [operator] = Object.keys(operators);
      if (operator) throw new Error(`${logicalId}: the condition ${operator} is not emulated`);
      const statement = { actions: [Action].flat(), resources: [Resource].flat() };
      return conditions ? { ...statement, conditions } : statement;
    }),
  );
}
