// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { capitalized, pascal, type Resources } from './yaml.ts';

export const MINUTE = 60;
export const HOUR = 3600;

export const ref = (id: string) => ({ Ref: id });

export const metric = (
  Namespace: string,
  MetricName: string,
  dimensions: Record<string, unknown> = {},
) => ({
  Namespace,
  MetricName,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
});

/** A metric of functions/runtime/metrics.ts. */
export const own = (name: string, dimensions: Record<string, unknown> = {}) =>
  metric('Tributary', name, { service: 'tributary', stage: '${sls:stage}', ...dimensions });

/** A metric as metric math reads it; the expression alone is what the alarm compares. */
export const queried = (Id: string, Metric: unknown, Period: number, Stat = 'Sum') => ({
  Id,
  ReturnData: false,
  MetricStat: { Metric, Period, Stat },
});

/**
 * An alarm of the one topic: fires when the sum of five minutes is 1 or more, unless the properties say
 * otherwise. `kind`, the last part of its name, has its own row in docs/operations.md.
 *
 * Missing data is no breach, because most metrics come with work done or gone wrong.
 */
export function alarm(
  subject: string,
  kind: string,
  description: string,
  properties: Record<string, unknown>,
): Resources {
  const Properties = {
    AlarmName: `tributary-\${sls:stage}-${subject}-${kind}`,
    AlarmDescription: `${description}. See docs/operations.md: ${kind}`,
    AlarmActions: [ref('AlarmTopic')],
    OKActions: [ref('AlarmTopic')],
    ...(!properties.Metrics && { Statistic: 'Sum', Period: 5 * MINUTE }),
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'notBreaching',
    ...properties,
  };
  const id = `${capitalized(subject)}${pascal(kind)}Alarm`;
  return { [id]: { Type: 'AWS::CloudWatch::Alarm', Properties } };
}
