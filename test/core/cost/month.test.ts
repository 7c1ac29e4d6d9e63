import { monthOf, totalOf } from '../../../core/cost/month.ts';
import { NOT_VERIFIED, PRICES, type Prices } from '../../../core/cost/prices.ts';
import type { Template } from '../../../core/cost/template.ts';

const prices = PRICES['us-east-1'] as Prices;
const idle = { eventsPerDay: 0, albumsPerDay: 0 };
const stream = (Properties: object) => ({ Type: 'AWS::Kinesis::Stream', Properties });
const template = (...resources: Template['Resources'][string][]): Template => ({
  Resources: Object.fromEntries(resources.map((each, i) => [`R${i}`, each])),
});

it('Prices that are not verified are of lines that a month has', () => {
  const everything = template(stream({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } }), {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {},
  });
  const lines = monthOf(everything, { eventsPerDay: 1, albumsPerDay: 1 }, prices);
  const names = Object.values(NOT_VERIFIED).flat();
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !lines.some(({ what }) => what === name))).toEqual([]);
});

describe('The month', () => {
  it('counts the shards of every stream', () => {
    const lines = monthOf(
      template(stream({ ShardCount: 1 }), stream({ ShardCount: '3' })),
      idle,
      prices,
    );
    expect(lines[0]).toEqual({
      what: 'Kinesis shards',
      arithmetic: '4 × 730 h × $0.015',
      usd: 4 * 730 * 0.015,
    });
  });

  it('counts the hours of streams on demand, and what goes through them', () => {
    const onDemand = template(stream({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } }));
    expect(monthOf(onDemand, idle, prices)[0]?.usd).toBeCloseTo(29.2);
    const used = monthOf(onDemand, { ...idle, eventsPerDay: 1e6 }, prices);
    expect(used.map(({ what }) => what)).toContain('Kinesis data on demand');
    expect(used.map(({ what }) => what)).not.toContain('Kinesis shards');
  });

  it('counts an alarm on two metrics twice', () => {
    const alarm = (Properties: object) => ({ Type: 'AWS::CloudWatch::Alarm', Properties });
    const query = { MetricStat: {} };
    const lines = monthOf(
      template(alarm({}), alarm({ Metrics: [{ Expression: 'a/b' }, query, query] })),
      idle,
      prices,
    );
    expect(lines.find(({ what }) => what === 'Metrics of alarms')?.arithmetic).toBe('3 × $0.10');
  });

  it('grows with albums and events, and sums its lines', () => {
    const both = template(
      stream({ ShardCount: 1 }),
      { Type: 'AWS::Glue::Crawler' },
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { MaximumBatchingWindowInSeconds: 1 },
      },
    );
    const sum = (usage: typeof idle) => totalOf(monthOf(both, usage, prices));
    expect(sum({ ...idle, albumsPerDay: 100 })).toBeGreaterThan(sum(idle) + 4);
    expect(sum({ ...idle, eventsPerDay: 1e6 })).toBeGreaterThan(
      sum({ ...idle, eventsPerDay: 1e5 }),
    );
  });
});
