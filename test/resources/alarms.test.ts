import { SEGMENTS } from '../../core/sessions/segments.ts';
import { countEnriched, countRouted, countRun } from '../../functions/runtime/metrics.ts';
import { createAlarms } from '../../resources/alarms.ts';
import { inventoryOf } from '../../resources/inventory.ts';
import { SETTINGS } from '../../resources/settings/table.ts';
import { readResources } from '../../resources/yaml.ts';
import { printed } from '../fixtures/printed.ts';
import {
  givenTemplate,
  ofType,
  PACKAGING_MS,
  type Properties,
  resolved,
  type Template,
} from './fixtures.ts';

let prod: Template;
let dev: Template;
beforeAll(async () => {
  [prod, dev] = [await givenTemplate('prod'), await givenTemplate('dev')];
}, PACKAGING_MS);

const alarm = (name: string, of = prod): Properties => of.Resources[`${name}Alarm`]?.Properties;

/** The alarms of a small service with other settings. */
const alarmsWith = (settings: Partial<Parameters<typeof createAlarms>[1]>) =>
  createAlarms(
    inventoryOf(['fetchToken', 'enrichSessions'], {
      ...readResources('streams.yml'),
      ...readResources('delivery.yml'),
    }),
    {
      all: true,
      scheduleEnabled: true,
      iteratorAgeAlarmMinutes: 15,
      deliveryAgeAlarmSeconds: 900,
      alarmEmail: '',
      ...settings,
    },
  );

describe('The alarm on', () => {
  it('an overdue run fires after 26 hours without a run that succeeded, silence included', () => {
    expect(alarm('IngestOverdue')).toMatchObject({
      MetricName: 'RunsSucceeded',
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 26,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarm('IngestOverdue').DatapointsToAlarm).toBeUndefined();
  });

  it('an overdue run exists only where a schedule starts runs', () => {
    expect(alarm('IngestOverdue', dev)).toBeUndefined();
    expect(alarmsWith({ scheduleEnabled: false })).not.toHaveProperty('IngestOverdueAlarm');
    expect(alarmsWith({ scheduleEnabled: true })).toHaveProperty('IngestOverdueAlarm');
  });

  it('a PARTIAL run fires for one', () => {
    expect(alarm('IngestPartial')).toMatchObject({ MetricName: 'RunsPartial', Threshold: 1 });
  });

  it('errors lets a function of the batch retry a call or two, and one of the streams not even once', () => {
    expect(alarm('FetchTokenErrors')).toMatchObject({ Period: 3600, Threshold: 5 });
    expect(alarm('EnrichSessionsErrors')).toMatchObject({ Period: 300, Threshold: 1 });
  });

  it('the age of events follows the settings', () => {
    const alarms = alarmsWith({ iteratorAgeAlarmMinutes: 2, deliveryAgeAlarmSeconds: 60 });
    expect(alarms.EnrichSessionsIteratorAgeAlarm?.Properties.Threshold).toBe(120_000);
    expect(alarms.RejectedSessionsDeliveryDeliveryLateAlarm?.Properties.Threshold).toBe(60);
  });

  it('rejected events takes their share of enough events', () => {
    const { Metrics, Threshold, ComparisonOperator } = alarm('SessionsRejected');
    const [{ Expression }] = Metrics;
    expect(Expression).toBe('IF(received >= 20, 100 * rejected / received, 0)');
    expect([ComparisonOperator, Threshold]).toEqual(['GreaterThanThreshold', 5]);
    const ids = Metrics.filter((each: Properties) => each.ReturnData).map(
      (each: Properties) => each.Id,
    );
    expect(ids).toEqual(['percent']);
  });

  it('each resource has a name of its own', () => {
    const names = ofType(prod, 'AWS::CloudWatch::Alarm').map(
      ([, each]) => each.Properties.AlarmName,
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('tributary-prod-fetchAlbumTracks-errors');
  });
});

describe('A metric that an alarm reads', () => {
  it('is one that the functions write, with exactly its dimensions', async () => {
    const counts = { loaded: 1, missing: 0, overdue: 0, unlisted: 0, tracks: 1, requests: 2 };
    process.env.STAGE = 'prod';
    const lines = printed(() => {
      countRun({ status: 'COMPLETE', key: 'k', counts, uploadedManifest: false } as never);
      const batch = { received: 2, skipped: 0, unplaced: 0, errors: {} };
      countEnriched({ ...batch, enriched: 1, rejected: 1, reasons: { 'not-json': 1 } });
      for (const { name } of SEGMENTS) {
        const stream = `tributary-prod-sessions-${name}`;
        countRouted({ ...batch, routed: 1, unrouted: 1, unreadable: 0, records: 1 }, stream);
      }
    });
    delete process.env.STAGE;
    const written = new Set(
      lines.flatMap((line) => {
        const { Namespace, Dimensions, Metrics } = line._aws.CloudWatchMetrics[0];
        return Metrics.map(({ Name }: Properties) =>
          [Namespace, Name, ...Dimensions[0].map((each: string) => `${each}=${line[each]}`)].join(
            ' ',
          ),
        );
      }),
    );
    const asked = ofType(prod, 'AWS::CloudWatch::Alarm')
      .flatMap(([, { Properties: p }]) =>
        p.Metrics ? p.Metrics.flatMap((m: Properties) => m.MetricStat?.Metric ?? []) : [p],
      )
      .filter(({ Namespace }) => Namespace === 'Tributary')
      .map(({ Namespace, MetricName, Dimensions }) =>
        [
          Namespace,
          MetricName,
          ...Dimensions.map((each: Properties) => `${each.Name}=${each.Value}`),
        ].join(' '),
      );
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.filter((each) => !written.has(each))).toEqual([]);
  });
});

describe('The topic', () => {
  it('mails nobody unless there is an address', () => {
    expect(ofType(prod, 'AWS::SNS::Subscription')).toEqual([]);
    const { AlarmEmail } = alarmsWith({ alarmEmail: 'on-call@example.org' });
    expect(AlarmEmail).toEqual({
      Type: 'AWS::SNS::Subscription',
      Properties: {
        Protocol: 'email',
        Endpoint: 'on-call@example.org',
        TopicArn: { Ref: 'AlarmTopic' },
      },
    });
  });

  it("gets the budget's notifications at 80 and at 100 per cent of the month of prod", () => {
    const [[, budget] = []] = ofType(prod, 'AWS::Budgets::Budget');
    const { Budget, NotificationsWithSubscribers } = budget?.Properties ?? {};
    expect(Budget).toMatchObject({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: SETTINGS.monthlyBudgetUsd?.stages?.prod, Unit: 'USD' },
    });
    expect(Budget.BudgetName).toBeUndefined();
    expect(
      NotificationsWithSubscribers.map(({ Notification, Subscribers }: Properties) => [
        Notification.Threshold,
        Notification.ThresholdType,
        Subscribers,
      ]),
    ).toEqual(
      [80, 100].map((percent) => [
        percent,
        'PERCENTAGE',
        [{ SubscriptionType: 'SNS', Address: { Ref: 'AlarmTopic' } }],
      ]),
    );
  });
});

describe('The dashboard', () => {
  const bodyOf = (template: Template) => {
    const [[, dashboard] = []] = ofType(template, 'AWS::CloudWatch::Dashboard');
    return JSON.parse(resolved(dashboard?.Properties.DashboardBody, template));
  };

  it('shows every alarm, and both halves', () => {
    const { widgets } = bodyOf(prod);
    const shown = widgets.find(({ type }: Properties) => type === 'alarm').properties.alarms;
    expect(shown).toHaveLength(ofType(prod, 'AWS::CloudWatch::Alarm').length);
    const headings = widgets
      .filter(({ type }: Properties) => type === 'text')
      .map(({ properties }: Properties) => properties.markdown);
    expect(headings).toEqual(['## Batch', '## Functions', '## Events']);
  });

  it('names every function, mapping, stream and Firehose', () => {
    const text = JSON.stringify(bodyOf(prod));
    for (const [type, name] of [
      ['AWS::Lambda::Function', 'FunctionName'],
      ['AWS::Kinesis::Stream', 'Name'],
      ['AWS::KinesisFirehose::DeliveryStream', 'DeliveryStreamName'],
    ] as const) {
      for (const [, { Properties: p }] of ofType(prod, type))
        expect(text).toContain(`"${p[name]}"`);
    }
    for (const [id] of ofType(prod, 'AWS::Lambda::EventSourceMapping')) {
      expect(text).toContain(`"EventSourceMappingUUID","${id}"`);
    }
  });

  it('leaves no widget on another, and none beyond the 24 columns', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of bodyOf(prod).widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken.has(`${column},${row}`)).toBe(false);
          taken.add(`${column},${row}`);
        }
      }
    }
  });
});

describe('A router', () => {
  it('writes only once its Firehose reads', () => {
    for (const name of ['Usa', 'International']) {
      const mapping = prod.Resources[`Route${name}SessionsMapping`] as Properties;
      expect([mapping.DependsOn].flat()).toEqual([`Sessions${name}Delivery`]);
    }
  });
});

describe('The alarm on unrouted events', () => {
  it('counts events without a router, and compares what was enriched with what all routers wrote', () => {
    const { Metrics } = alarm('SessionsUnrouted');
    const [{ Expression }, ...queries] = Metrics;
    expect(Expression).toBe(
      'IF(FILL(unrouted, 0) > 0, 100, IF(enriched >= 20, 100 * (enriched - FILL(routed, 0)) / enriched, 0))',
    );
    // The sums over all routers: no `stream` among the dimensions, and no limit to the segments.
    const metrics = queries.map(({ MetricStat }: Properties) => MetricStat.Metric);
    expect(metrics.map(({ MetricName }: Properties) => MetricName)).toEqual([
      'EventsEnriched',
      'EventsRouted',
      'EventsUnrouted',
    ]);
    for (const { Dimensions } of metrics) {
      expect(Dimensions.map(({ Name }: Properties) => Name).sort()).toEqual(['service', 'stage']);
    }
  });
});
