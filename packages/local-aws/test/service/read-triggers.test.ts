import { notifiesEventBridge, readRule, readSchedule } from '../../src/service/read-triggers.ts';

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
    [{ detail: { object: { key: [{ suffix: '.json' }] } } }, '{"suffix":".json"} is unsupported'],
    [{ detail: { object: { size: [{ numeric: ['>', 0] }] } } }, '{"numeric"'],
    [{ detail: { object: { key: [{ wildcard: 'a**' }] } } }, '{"wildcard":"a**"} is unsupported'],
    [{ detail: { $or: [{ a: ['b'] }] } }, '$or is unsupported'],
    [{ resources: ['arn:aws:s3:::lake'] }, 'resources is unsupported'],
    [{ source: 'aws.s3' }, 'a value has to be in a list'],
  ])('with the pattern %j is rejected', (pattern, message) => {
    expect(() => rule(pattern)).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(message) }),
    );
  });

  it('whose target changes the event is rejected', () => {
    const Targets = [{ ...target, InputPath: '$.detail' }];
    expect(() => rule({ source: ['aws.s3'] }, { Targets })).toThrow(
      /^Unsupported property R.Targets.0/,
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

it('reads which buckets notify EventBridge, and rejects other notifications', () => {
  const on = { EventBridgeConfiguration: { EventBridgeEnabled: true } };
  expect(notifiesEventBridge('B', undefined)).toBe(false);
  expect(notifiesEventBridge('B', on)).toBe(true);
  expect(() => notifiesEventBridge('B', { QueueConfigurations: [] })).toThrow(
    'Unsupported property B',
  );
});
