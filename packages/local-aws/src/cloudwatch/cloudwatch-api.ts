import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { pageOf } from '../gateway/paging.ts';
import type { Bucket, MetricStore, Series } from './metric-store.ts';

interface Dimension {
  Name: string;
  Value?: string;
}
interface MetricQuery {
  Id: string;
  Label?: string;
  ReturnData?: boolean;
  Expression?: string;
  MetricStat?: {
    Metric: { Namespace: string; MetricName: string; Dimensions?: Dimension[] };
    Period: number;
    Stat: string;
  };
}

/** The actions of CloudWatch (`GraniteServiceVersion20100801`) that read metrics. */
export function createCloudWatchApi(metrics: MetricStore): JsonService {
  const dimensionsOf = (given: Dimension[] = []) =>
    Object.fromEntries(given.map(({ Name, Value }) => [Name, Value ?? '']));

  function valuesOf(query: MetricQuery, from: number, to: number): [number, number][] {
    const { MetricStat } = query;
    if (!MetricStat) throw invalid(`Query ${query.Id}: expressions are unsupported here`);
    const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
    const series = metrics.find(Namespace, MetricName, dimensionsOf(Dimensions));
    return pointsOf(series, Number(MetricStat.Period), from, to).map((point) => [
      point.at / 1_000,
      statisticOf(point, MetricStat.Stat),
    ]);
  }

  return {
    GetMetricData({ MetricDataQueries, StartTime, EndTime, ScanBy }) {
      const [from, to] = rangeOf(StartTime, EndTime);
      const shown = (MetricDataQueries as MetricQuery[]).filter(
        ({ ReturnData }) => ReturnData !== false,
      );
      return {
        MetricDataResults: shown.map((query) => {
          const values = valuesOf(query, from, to);
          if (ScanBy !== 'TimestampAscending') values.reverse();
          return {
            Id: query.Id,
            Label: query.Label ?? query.MetricStat?.Metric.MetricName,
            Timestamps: values.map(([at]) => at),
            Values: values.map(([, value]) => value),
            StatusCode: 'Complete',
          };
        }),
        Messages: [],
      };
    },

    GetMetricStatistics(input) {
      const { Namespace, MetricName, Dimensions, StartTime, EndTime, Period, Statistics } = input;
      const [from, to] = rangeOf(StartTime, EndTime);
      const dimensions = dimensionsOf(Dimensions as Dimension[] | undefined);
      const series = metrics.find(String(Namespace), String(MetricName), dimensions);
      const names = (Statistics ?? []) as string[];
      if (names.length === 0) throw invalid('Statistics names one at least');
      return {
        Label: MetricName,
        Datapoints: pointsOf(series, Number(Period), from, to).map((point) => ({
          Timestamp: point.at / 1_000,
          ...Object.fromEntries(names.map((name) => [name, statisticOf(point, name)])),
          Unit: 'None',
        })),
      };
    },

    ListMetrics({ Namespace, MetricName, Dimensions, NextToken }) {
      const wanted = (Dimensions ?? []) as Dimension[];
      const found = metrics
        .list()
        .filter(
          ({ namespace, name, dimensions }) =>
            (Namespace === undefined || namespace === Namespace) &&
            (MetricName === undefined || name === MetricName) &&
            wanted.every(
              ({ Name, Value }) =>
                Name in dimensions && (Value === undefined || dimensions[Name] === Value),
            ),
        );
      const page = pageOf(found, { token: NextToken, wanted: undefined, fallback: 500, most: 500 });
      return { Metrics: page.items.map(describe), NextToken: page.next };
    },
  };
}

const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

const describe = ({ namespace, name, dimensions }: Series) => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
});

/** In milliseconds; the wire has seconds. */
function rangeOf(start: unknown, end: unknown): [number, number] {
  const [from, to] = [Number(start) * 1_000, Number(end) * 1_000];
  if (from < to) return [from, to];
  throw invalid('The parameter StartTime must be less than the parameter EndTime.');
}

/** The values of a series in steps of `period` seconds, those from `from` to before `to`. */
function pointsOf(series: Series | undefined, period: number, from: number, to: number): Bucket[] {
  if (!(period >= 1)) throw invalid('The period is a whole number of seconds, 1 at least');
  const step = period * 1_000;
  const points: Bucket[] = [];
  // A range begins with the step that holds its start, as CloudWatch rounds it.
  const begin = Math.floor(from / step) * step;
  for (const bucket of series?.buckets ?? []) {
    if (bucket.at < begin || bucket.at >= to) continue;
    const at = Math.floor(bucket.at / step) * step;
    const last = points.at(-1);
    if (last?.at !== at) {
      points.push({ ...bucket, at });
      continue;
    }
    last.sum += bucket.sum;
    last.count += bucket.count;
    last.min = Math.min(last.min, bucket.min);
    last.max = Math.max(last.max, bucket.max);
  }
  return points;
}

function statisticOf({ sum, count, min, max }: Bucket, name: string): number {
  switch (name) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return min;
    case 'Maximum':
      return max;
    default:
      throw invalid(`The statistic ${name} is unsupported here`);
  }
}
