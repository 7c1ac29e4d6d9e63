import {
  AccessDenied,
  ALLOW_ALL,
  createIam,
  type Statement,
  statementsOf,
} from '../../src/iam/iam.ts';

const GET = 's3:GetObject';
const OBJECT = 'arn:aws:s3:::lake/raw/a.json';

const allows = (statement: Partial<Statement>, action = GET, resource = OBJECT) =>
  createIam(new Map([['Role', [{ actions: ['*'], resources: ['*'], ...statement }]]])).allows(
    'Role',
    { action, resource },
  );

describe('An action', () => {
  it.each([
    GET,
    's3:*',
    's3:Get*',
    's3:*Object',
    's3:G?tObject',
    '*',
    'S3:getobject',
    's3:GETOBJECT',
  ])('is allowed by %s', (pattern) => {
    expect(allows({ actions: [pattern] })).toBe(true);
  });

  it.each([
    's3:GetObjectVersion',
    's3:GetObjec',
    's3:GetObjec?t',
    's3:PutObject',
    's3:Get',
    'ssm:*',
    '3:GetObject',
    's3.GetObject',
    's3:Get.*',
    '',
  ])('is not allowed by %s', (pattern) => {
    expect(allows({ actions: [pattern] })).toBe(false);
  });

  it('does not mind its own case either', () => {
    expect(allows({ actions: ['s3:getobject'] }, 'S3:GetObject')).toBe(true);
  });
});

describe('A resource', () => {
  it.each([
    OBJECT,
    'arn:aws:s3:::lake/*',
    'arn:aws:s3:::lake/raw/*',
    'arn:aws:s3:::lake/raw/?.json',
    'arn:aws:s3:::l*/a.json',
    '*',
  ])('is covered by %s', (pattern) => {
    expect(allows({ resources: [pattern] })).toBe(true);
  });

  it.each([
    'arn:aws:s3:::lake',
    'arn:aws:s3:::lake/raw',
    'arn:aws:s3:::lake/raw/??.json',
    'arn:aws:s3:::lake/raw/a-json',
    'arn:aws:s3:::lake/raw/a.jso',
    'arn:aws:s3:::lake/raw/a.json/*',
    'arn:aws:s3:::lake/curated/*',
    'arn:aws:s3:::Lake/raw/a.json', // the case of ARNs counts
    'ARN:aws:s3:::lake/raw/a.json',
    'aws:s3:::lake/raw/a.json',
  ])('is not covered by %s', (pattern) => {
    expect(allows({ resources: [pattern] })).toBe(false);
  });

  it.each(['a+b', 'a.b', '(a|b)', '[ab]', '{a}', '^a$', 'a\\b', 'a\nb'])(
    'may be called %j: nothing but * and ? is a wildcard',
    (name) => {
      const resource = `arn:aws:s3:::lake/${name}`;
      expect(allows({ resources: [resource] }, GET, resource)).toBe(true);
      expect(allows({ resources: ['arn:aws:s3:::lake/*'] }, GET, resource)).toBe(true);
      expect(allows({ resources: [resource] }, GET, 'arn:aws:s3:::lake/a')).toBe(false);
    },
  );
});

describe('A role', () => {
  const iam = createIam(
    new Map([
      [
        'Reader',
        [
          { actions: [GET, 's3:ListBucket'], resources: ['arn:aws:s3:::lake/raw/*'] },
          { actions: ['s3:PutObject'], resources: ['arn:aws:s3:::lake/curated/*', '*.tmp'] },
        ],
      ],
      ['Nobody', []],
    ]),
  );

  it.each([
    [GET, 'raw/x', true],
    ['s3:ListBucket', 'raw/x', true],
    ['s3:PutObject', 'curated/x', true],
    ['s3:PutObject', 'x.tmp', true],
    // Each statement counts alone.
    [GET, 'curated/x', false],
    ['s3:PutObject', 'raw/x', false],
    ['s3:DeleteObject', 'raw/x', false],
  ])('may what one of its statements allows: %s on %s: %j', (action, key, allowed) => {
    const call = { action, resource: `arn:aws:s3:::lake/${key}` };
    expect(iam.allows('Reader', call)).toBe(allowed);
  });

  it.each(['Nobody', 'Unknown', 'reader', ''])('may nothing where it is %j', (role) => {
    expect(iam.allows(role, { action: GET, resource: 'arn:aws:s3:::lake/raw/x' })).toBe(false);
  });

  it('names the action and the resource that it lacks', () => {
    const call = { action: 's3:DeleteObject', resource: OBJECT };
    expect(() => iam.authorize('Reader', call)).toThrow(
      expect.objectContaining({
        name: 'AccessDenied',
        message: `Reader is not allowed to s3:DeleteObject on ${OBJECT}`,
      }),
    );
    expect(() => iam.authorize('Reader', call)).toThrow(AccessDenied);
    expect(iam.authorize('Reader', { action: GET, resource: OBJECT })).toBeUndefined();
  });

  it('has from now on what a test gives it or takes away', () => {
    const roles = new Map<string, Statement[]>();
    const changing = createIam(roles);
    const call = { action: GET, resource: OBJECT };
    expect(changing.allows('Role', call)).toBe(false);
    roles.set('Role', [{ actions: ['*'], resources: ['*'] }]);
    expect(changing.allows('Role', call)).toBe(true);
    roles.set('Role', []);
    expect(changing.allows('Role', call)).toBe(false);
  });
});

it('A caller without a role may do everything', () => {
  const call = { action: 'iam:CreateUser', resource: '*' };
  expect(ALLOW_ALL.allows('', call)).toBe(true);
  expect(ALLOW_ALL.authorize('', call)).toBeUndefined();
});

describe('The statements of a role', () => {
  const policy = (...statements: object[]) =>
    ({
      PolicyName: 'p',
      PolicyDocument: { Version: '2012-10-17', Statement: statements },
    }) as never;

  it('are those of all its inline policies, in lists', () => {
    const Policies = [
      policy({ Effect: 'Allow', Action: GET, Resource: OBJECT }),
      policy(
        { Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: ['a', 'b'] },
        { Effect: 'Allow', Action: ['x:A', 'x:B'], Resource: '*' },
      ),
    ];
    expect(statementsOf('Role', { Policies })).toEqual([
      { actions: [GET], resources: [OBJECT] },
      { actions: ['ssm:GetParameters'], resources: ['a', 'b'] },
      { actions: ['x:A', 'x:B'], resources: ['*'] },
    ]);
  });

  it.each([{}, { Policies: [] }, { ManagedPolicyArns: [] }])('are none of %j', (properties) => {
    expect(statementsOf('Role', properties)).toEqual([]);
  });

  it('are rejected where one denies', () => {
    const allow = { Effect: 'Allow', Action: '*', Resource: '*' };
    const Policies = [policy(allow, { ...allow, Effect: 'Deny' })];
    expect(() => statementsOf('BatchRole', { Policies })).toThrow(
      'BatchRole: only Allow is emulated',
    );
  });

  it('are rejected where a managed policy adds to them', () => {
    const ManagedPolicyArns = ['arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole'];
    expect(() => statementsOf('GlueRole', { Policies: [], ManagedPolicyArns })).toThrow(
      'GlueRole has managed policies, which the local stage cannot read',
    );
  });
});

describe('A condition', () => {
  const iam = createIam(
    new Map([
      [
        'Role',
        [{ actions: ['*'], resources: ['*'], conditions: { 'cloudwatch:namespace': 'Glue' } }],
      ],
    ]),
  );
  const call = { action: 'cloudwatch:PutMetricData', resource: '*' };

  it('allows only calls that have its value', () => {
    const allowed = (context?: Record<string, string>) =>
      iam.allows('Role', { ...call, ...(context && { context }) });
    expect(allowed({ 'cloudwatch:namespace': 'Glue' })).toBe(true);
    expect(allowed({ 'cloudwatch:namespace': 'AWS/Lambda' })).toBe(false);
    expect(allowed()).toBe(false);
  });
});
