/** A value of a metric; its series differ in their dimensions. */
export interface Measurement {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  value: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** Notes a value of now. */
export type Measure = (measurement: Omit<Measurement, 'at'>) => void;

/** The values of one second, as CloudWatch keeps those of a high-resolution metric. */
export interface Bucket {
  /** Milliseconds since 1970, of its beginning. */
  at: number;
  sum: number;
  count: number;
  min: number;
  max: number;
}

export interface Series {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  /** In the order of time. */
  buckets: Bucket[];
}

export interface MetricStore {
  put(measurement: Measurement): void;
  list(): Series[];
  /** The series with just these dimensions. */
  find(namespace: string, name: string, dimensions: Record<string, string>): Series | undefined;
}

/** Seconds with values that are kept of a series: a stage that runs for days stays flat. */
const KEPT_BUCKETS = 10_800;

export function createMetricStore(kept = KEPT_BUCKETS): MetricStore {
  const all = new Map<string, Series>();
  const keyOf = (namespace: string, name: string, dimensions: Record<string, string>) =>
    JSON.stringify([namespace, name, ...Object.entries(dimensions).sort()]);

  return {
    list: () => [...all.values()],
    find: (namespace, name, dimensions) => all.get(keyOf(namespace, name, dimensions)),
    put({ namespace, name, dimensions, value, at }) {
      const key = keyOf(namespace, name, dimensions);
      const series = all.get(key) ?? { namespace, name, dimensions, buckets: [] };
      all.set(key, series);
      const { buckets } = series;
      const second = Math.floor(at / 1_000) * 1_000;
      // Values come nearly in order: those of a function's line carry its time.
      let i = buckets.length;
      while (i > 0 && (buckets[i - 1] as Bucket).at > second) i -= 1;
      const bucket = buckets[i - 1];
      if (bucket?.at === second) {
        bucket.sum += value;
        bucket.count += 1;
        bucket.min = Math.min(bucket.min, value);
        bucket.max = Math.max(bucket.max, value);
      } else {
        buckets.splice(i, 0, { at: second, sum: value, count: 1, min: value, max: value });
      }
      if (buckets.length > kept * 1.25) series.buckets = buckets.slice(-kept);
    },
  };
}
