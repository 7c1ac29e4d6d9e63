import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import { createMonitoring, type Monitoring } from '../../src/cloudwatch/monitoring.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { clientOptions } from '../fixtures/clients.ts';
import { errorOf } from '../fixtures/error-of.ts';

const START = Date.UTC(2026, 10, 22, 6, 0);
const at = (seconds: number) => new Date(START + seconds * 1_000);
const embedded = (seconds: number, values: object, dimensions: string[]) =>
  JSON.stringify({
    _aws: {
      Timestamp: at(seconds).getTime(),
      CloudWatchMetrics: [
        {
          Namespace: 'Shop',
          Dimensions: [dimensions],
          Metrics: [{ Name: 'Orders', Unit: 'Count' }, { Name: 'Late' }],
        },
      ],
    },
    stage: 'dev',
    ...values,
  });

let monitoring: Monitoring;
let gateway: Gateway;
let cloudwatch: CloudWatchClient;
beforeEach(async () => {
  monitoring = createMonitoring();
  gateway = await startGateway(monitoring.services, {} as never);
  cloudwatch = new CloudWatchClient(clientOptions(gateway.url));
});
afterEach(async () => {
  cloudwatch.destroy();
  await gateway.close();
});
const log = (line: string) => monitoring.lambdaObserver.onLine('work', 'stream', line);

const Dimensions = [{ Name: 'stage', Value: 'dev' }];
const query = (Stat: string, more: object = {}) => ({
  Id: Stat.toLowerCase(),
  MetricStat: {
    Metric: { Namespace: 'Shop', MetricName: 'Orders', Dimensions },
    Period: 60,
    Stat,
    ...more,
  },
});
const data = async (...MetricDataQueries: ReturnType<typeof query>[]) => {
  const range = { StartTime: at(0), EndTime: at(180), ScanBy: 'TimestampAscending' as const };
  const input = { MetricDataQueries, ...range };
  return (await cloudwatch.send(new GetMetricDataCommand(input))).MetricDataResults;
};

describe('CloudWatch on this machine, through the SDK', () => {
  it('makes metrics of the lines that functions write in the embedded format', async () => {
    log(embedded(10, { Orders: 2, Late: 0 }, ['stage']));
    log(embedded(20, { Orders: [3, 4], Late: 1 }, ['stage']));
    log(embedded(70, { Orders: 1, Late: 0 }, ['stage']));
    log('a line that is none, though it says CloudWatchMetrics');
    log('{"CloudWatchMetrics": ');
    const results = await data(
      query('Sum'),
      query('Maximum'),
      query('SampleCount'),
      query('Average', { Period: 120 }),
    );
    expect(results?.map(({ Id, Timestamps, Values }) => ({ Id, Timestamps, Values }))).toEqual([
      { Id: 'sum', Timestamps: [at(0), at(60)], Values: [9, 1] },
      { Id: 'maximum', Timestamps: [at(0), at(60)], Values: [4, 1] },
      { Id: 'samplecount', Timestamps: [at(0), at(60)], Values: [3, 1] },
      { Id: 'average', Timestamps: [at(0)], Values: [2.5] },
    ]);
    expect(results?.[0]).toMatchObject({ Label: 'Orders', StatusCode: 'Complete' });
  });

  it('resolves single seconds, and separates series by all their dimensions', async () => {
    log(embedded(1, { Orders: 1, reason: 'a' }, ['stage', 'reason']));
    log(embedded(2, { Orders: 5 }, ['stage']));
    const [result] = (await data(query('Sum', { Period: 1 }))) ?? [];
    expect(result).toMatchObject({ Timestamps: [at(2)], Values: [5] });
  });

  it('has no values where nothing was measured', async () => {
    const [result] = (await data(query('Sum'))) ?? [];
    expect(result).toMatchObject({ Timestamps: [], Values: [], StatusCode: 'Complete' });
  });

  it('gives statistics of one metric', async () => {
    log(embedded(10, { Orders: 2 }, ['stage']));
    log(embedded(15, { Orders: 4 }, ['stage']));
    const { Label, Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'Orders',
        Dimensions,
        StartTime: at(0),
        EndTime: at(60),
        Period: 60,
        Statistics: ['Sum', 'Average'],
      }),
    );
    expect(Label).toBe('Orders');
    expect(Datapoints).toMatchObject([{ Timestamp: at(0), Sum: 6, Average: 3 }]);
  });

  it('lists metrics by namespace, name and dimension', async () => {
    log(embedded(1, { Orders: 1, Late: 2, reason: 'a' }, ['stage', 'reason']));
    monitoring.lambdaObserver.onInvoked('work', { durationMs: 12, failed: true });
    const list = async (input: object) =>
      (await cloudwatch.send(new ListMetricsCommand(input))).Metrics?.map(
        ({ MetricName }) => MetricName,
      );
    expect(await list({ Namespace: 'Shop' })).toEqual(['Orders', 'Late']);
    expect(await list({ Dimensions: [{ Name: 'reason', Value: 'b' }] })).toEqual([]);
    expect(await list({ Namespace: 'AWS/Lambda', MetricName: 'Errors' })).toEqual(['Errors']);
    expect(await list({})).toHaveLength(6);
  });

  it('knows invocations, errors and durations of the functions', async () => {
    monitoring.lambdaObserver.onInvoked('work', { durationMs: 12, failed: true });
    monitoring.lambdaObserver.onInvoked('work', { durationMs: 20, failed: false });
    const of = [{ Name: 'FunctionName', Value: 'work' }];
    const now = Date.now();
    const { MetricDataResults } = await cloudwatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: ['Invocations', 'Errors', 'Duration'].map((MetricName) => ({
          Id: MetricName.toLowerCase(),
          MetricStat: {
            Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions: of },
            Period: 3_600,
            Stat: 'Sum',
          },
        })),
        StartTime: new Date(now - 3_600_000),
        EndTime: new Date(now + 60_000),
      }),
    );
    const sums = MetricDataResults?.map(({ Values }) => Values?.reduce((a, b) => a + b, 0));
    expect(sums).toEqual([2, 1, 32]);
  });

  it('names what is wrong with a request', async () => {
    log(embedded(1, { Orders: 1 }, ['stage']));
    expect((await errorOf(data(query('p99')))).name).toMatch(/^InvalidParameterValue/);
  });
});
