import type { Measurement } from './metric-store.ts';

interface EmbeddedMetrics {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions?: string[][];
      Metrics: { Name: string }[];
    }[];
  };
  [field: string]: unknown;
}

/**
 * What CloudWatch reads out of a line in its embedded metric format: each metric once for each set of
 * dimensions, its value a number or a list of numbers. Nothing where the line is none.
 */
export function readEmbeddedMetrics(line: string): Measurement[] {
  // Most lines are none: the marker is looked for before the line is parsed.
  if (!line.includes('"CloudWatchMetrics"')) return [];
  let parsed: EmbeddedMetrics;
  try {
    parsed = JSON.parse(line);
  } catch {
    return [];
  }
  const directives = parsed._aws?.CloudWatchMetrics;
  if (!Array.isArray(directives)) return [];
  return directives.flatMap(({ Namespace: namespace, Dimensions = [[]], Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(parsed[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        [parsed[name]].flat().flatMap((value): Measurement[] => {
          if (typeof value !== 'number') return [];
          return [{ namespace, name, dimensions, value, at: parsed._aws.Timestamp }];
        }),
      );
    }),
  );
}
