import { dropLines, dropUnsupported, type Resource } from '../../../checks/deploy/drops.ts';

const given = (): Record<string, Resource> => ({
  Query: { Type: 'AWS::Athena::NamedQuery' },
  Budget: { Type: 'AWS::Budgets::Budget' },
  MathAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [] }, DependsOn: 'Budget' },
  Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: {}, DependsOn: ['MathAlarm', 'Topic'] },
  Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Query' },
});

it('takes out what the emulator refuses, with the reason, and nothing else', () => {
  const resources = given();
  const drops = dropUnsupported(resources);
  expect(drops.map(({ logicalId }) => logicalId)).toEqual(['Query', 'Budget', 'MathAlarm']);
  expect(drops.every(({ reason }) => reason.startsWith('MiniStack '))).toBe(true);
  expect(Object.keys(resources)).toEqual(['Alarm', 'Topic']);
});

it('leaves no DependsOn on what it took', () => {
  const resources = given();
  dropUnsupported(resources);
  expect(resources.Alarm?.DependsOn).toEqual(['Topic']);
  expect(resources.Topic).toEqual({ Type: 'AWS::SNS::Topic' });
});

it('lists every drop under its reason', () => {
  expect(dropLines(dropUnsupported(given()))).toEqual([
    'dropped 1: MiniStack does not recognize AWS::Athena::NamedQuery (Query)',
    'dropped 1: MiniStack does not recognize AWS::Budgets::Budget (Budget)',
    'dropped 1: MiniStack takes no alarm with metric math (Metrics) (MathAlarm)',
  ]);
});
