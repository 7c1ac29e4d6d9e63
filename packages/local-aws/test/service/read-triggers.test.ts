import { readRule, readSchedule, tellsEventBridge } from '../../src/service/read-triggers.ts';

const target = {
  Id: 'Machine',
  Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:ingest',
  RoleArn: 'arn:aws:iam::000000000000:role/StartRole',
};
const rule = (EventPattern: object, more: object = {}) =>
  readRule('R', { Name: 'loaded', EventPattern, Targets: [target], ...more });
const keyIs = (key: unknown) => rule({ source: ['aws.s3'], detail: { object: { key: [key] } } });
const created = (key: string) => ({ source: 'aws.s3', detail: { object: { key } } });

describe('A rule', () => {
  it('starts its target with its role', () => {
    expect(keyIs('a')).toMatchObject([
      { name: 'loaded', machineArn: target.Arn, role: 'StartRole', deadLetterArn: undefined },
    ]);
  });

  it.each([
    ['raw/*/x.json', 'raw/a/b/x.json', true],
    ['raw/*/x.json', 'raw/x.json', false],
    ['raw/*/x.json', 'raw/a/x.json.bak', false],
    ['raw/*/x.json', 'raw/a/xAjson', false],
    ['a*', 'a\nb', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a\\\\b', 'a\\b', true],
  ])('with the wildcard %j takes the key %j: %p', (wildcard, key, expected) => {
    const [read] = keyIs({ wildcard });
    expect(read?.matches(created(key))).toBe(expected);
  });

  it('takes nothing that lacks a field of the pattern', () => {
    const [read] = keyIs({ wildcard: '*' });
    expect(read?.matches({ source: 'aws.s3' })).toBe(false);
  });

  it('that is disabled starts nothing', () => {
    expect(rule({ source: ['aws.s3'] }, { State: 'DISABLED' })).toEqual([]);
  });

  it.each([
    [{ detail: { object: { key: [{ suffix: '.json' }] } } }, 'does not know {"suffix":".json"}'],
    [{ detail: { object: { size: [{ numeric: ['>', 0] }] } } }, 'does not know {"numeric"'],
    [{ detail: { object: { key: [{ wildcard: 'a**' }] } } }, 'does not know {"wildcard":"a**"}'],
    [{ detail: { $or: [{ a: ['b'] }] } }, 'does not know $or'],
    [{ resources: ['arn:aws:s3:::lake'] }, 'does not know resources'],
    [{ source: 'aws.s3' }, 'a value stands in a list'],
  ])('with the pattern %j is refused', (pattern, message) => {
    expect(() => rule(pattern)).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(message) }),
    );
  });

  it('whose target changes the event is refused', () => {
    const Targets = [{ ...target, InputPath: '$.detail' }];
    expect(() => rule({ source: ['aws.s3'] }, { Targets })).toThrow(
      /^The local stage cannot keep R.Targets.0/,
    );
  });
});

it('reads what a schedule starts, with which role, and where failed starts go', () => {
  const DeadLetterConfig = { Arn: 'arn:aws:sqs:us-east-1:000000000000:failed' };
  const Target = { ...target, Input: '{}', DeadLetterConfig };
  expect(readSchedule('S', { Name: 'daily', Target, FlexibleTimeWindow: {} })).toEqual({
    name: 'daily',
    machineArn: target.Arn,
    role: 'StartRole',
    deadLetterArn: DeadLetterConfig.Arn,
  });
});

it('knows which buckets tell EventBridge, and refuses other notifications', () => {
  const on = { EventBridgeConfiguration: { EventBridgeEnabled: true } };
  expect(tellsEventBridge('B', undefined)).toBe(false);
  expect(tellsEventBridge('B', on)).toBe(true);
  expect(() => tellsEventBridge('B', { QueueConfigurations: [] })).toThrow('cannot keep B');
});
