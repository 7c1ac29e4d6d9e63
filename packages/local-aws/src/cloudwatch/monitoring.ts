import type { JsonService } from '../gateway/json-protocol.ts';
import type { LambdaObserver } from '../lambda/lambda.ts';
import { createLogStore, type LogStore } from '../logs/log-store.ts';
import { createLogsApi } from '../logs/logs-api.ts';
import { createCloudWatchApi } from './cloudwatch-api.ts';
import { readEmbeddedMetrics } from './embedded-metrics.ts';
import { createMetricStore, type Measure, type MetricStore } from './metric-store.ts';

/** Logs and metrics of the stage, as CloudWatch gives them. */
export interface Monitoring {
  logs: LogStore;
  metrics: MetricStore;
  /** A value of now, of what the emulator itself knows. */
  measure: Measure;
  /** For `createLambda`. */
  lambdaObserver: LambdaObserver;
  /** For the gateway, by the prefix of `X-Amz-Target`. */
  services: Record<string, JsonService>;
}

export function createMonitoring(): Monitoring {
  const logs = createLogStore();
  const metrics = createMetricStore();
  const measure: Measure = (measurement) => metrics.put({ ...measurement, at: Date.now() });
  const lambdaObserver: LambdaObserver = {
    onLine(functionName, logStream, line) {
      logs.put(`/aws/lambda/${functionName}`, logStream, line);
      for (const each of readEmbeddedMetrics(line)) metrics.put(each);
    },
    onInvoked(FunctionName, { durationMs, failed }) {
      const of = { namespace: 'AWS/Lambda', dimensions: { FunctionName } };
      measure({ ...of, name: 'Invocations', value: 1 });
      measure({ ...of, name: 'Errors', value: failed ? 1 : 0 });
      measure({ ...of, name: 'Throttles', value: 0 });
      measure({ ...of, name: 'Duration', value: durationMs });
    },
  };
  return {
    logs,
    metrics,
    measure,
    lambdaObserver,
    services: {
      Logs_20140328: createLogsApi(logs),
      GraniteServiceVersion20100801: createCloudWatchApi(metrics),
    },
  };
}
