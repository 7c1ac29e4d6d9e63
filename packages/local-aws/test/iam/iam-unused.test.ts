import { createIam, statementsOf } from '../../src/iam/iam.ts';

const read = { actions: ['s3:GetObject', 's3:Put*'], resources: ['arn:aws:s3:::lake/raw/*'] };
const call = (action: string, resource: string) => ({ action, resource });

describe('A role', () => {
  it('may do what one of its statements allows, and nothing else', () => {
    const iam = createIam(new Map([['Role', [read]]]));
    expect(iam.allows('Role', call('s3:getobject', 'arn:aws:s3:::lake/raw/a/b'))).toBe(true);
    expect(iam.allows('Role', call('s3:PutObject', 'arn:aws:s3:::lake/raw/a'))).toBe(true);
    expect(iam.allows('Role', call('s3:GetObject', 'arn:aws:s3:::lake/curated/a'))).toBe(false);
    expect(iam.allows('Other', call('s3:GetObject', 'arn:aws:s3:::lake/raw/a'))).toBe(false);
    expect(() => iam.authorize('Role', call('s3:DeleteObject', 'arn:aws:s3:::lake/raw/a'))).toThrow(
      'Role is not allowed to s3:DeleteObject on arn:aws:s3:::lake/raw/a',
    );
  });

  it('has unused what no call has needed', () => {
    const iam = createIam(new Map([['Role', [read]]]));
    iam.allows('Role', call('s3:PutObject', 'arn:aws:s3:::lake/curated/a'));
    expect(iam.unused()).toEqual([
      'Role: s3:GetObject',
      'Role: s3:Put*',
      'Role: arn:aws:s3:::lake/raw/*',
    ]);
    iam.allows('Role', call('s3:PutObject', 'arn:aws:s3:::lake/raw/a'));
    expect(iam.unused()).toEqual(['Role: s3:GetObject']);
  });
});

describe('Statements that are not emulated', () => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const policies = (Statement: object[]) => ({ Policies: [{ PolicyDocument: { Statement } }] });

  it.each([
    [{ ...statement, Effect: 'Deny' }, 'only Allow is emulated'],
    [{ ...statement, Condition: { Bool: {} } }, 'the condition Bool is not emulated'],
    [{ ...statement, NotAction: 's3:PutObject' }, 'NotAction is not emulated'],
  ])('are rejected: %j', (given, message) => {
    expect(() => statementsOf('Role', policies([given]) as never)).toThrow(`Role: ${message}`);
  });

  it('are rejected in managed policies, which cannot be read', () => {
    expect(() => statementsOf('Role', { ManagedPolicyArns: ['arn'] })).toThrow('managed policies');
  });
});
