import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';

export interface Metric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  stat: 'Sum' | 'Maximum';
}

/** A value for each step of the window; null where nothing was written. */
export type Series = (number | null)[];

/** Reads metrics by key, step by step from `from` on (ms), as many as there are steps up to `to`. */
export async function readMetrics<Key extends string>(
  cloudwatch: CloudWatchClient,
  metrics: Record<Key, Metric>,
  { from, to, stepSeconds }: { from: number; to: number; stepSeconds: number },
): Promise<Record<Key, Series>> {
  const keys = Object.keys(metrics) as Key[];
  const steps = Math.ceil((to - from) / 1_000 / stepSeconds);
  const series = Object.fromEntries(
    keys.map((key) => [key, new Array(steps).fill(null)]),
  ) as Record<Key, Series>;
  const MetricDataQueries = keys.map((key, i): MetricDataQuery => {
    const { namespace, name, dimensions, stat } = metrics[key];
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Metric = { Namespace: namespace, MetricName: name, Dimensions };
    return {
      Id: `m${i}`,
      MetricStat: { Metric, Period: stepSeconds, Stat: stat },
      ReturnData: true,
    };
  });
  let NextToken: string | undefined;
  do {
    const page = await cloudwatch.send(
      new GetMetricDataCommand({
        MetricDataQueries,
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: 'TimestampAscending',
        NextToken,
      }),
    );
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const key = keys[Number(Id.slice(1))] as Key;
      Timestamps.forEach((time, i) => {
        const step = Math.floor((time.getTime() - from) / 1_000 / stepSeconds);
        if (step >= 0 && step < steps) series[key][step] = Values[i] ?? null;
      });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return series;
}

export const sumOf = (series: Series): number =>
  series.reduce<number>((sum, n) => sum + (n ?? 0), 0);
export const lastOf = (series: Series): number | undefined =>
  series.findLast((n) => n !== null) ?? undefined;
