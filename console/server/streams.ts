import type { Flow, StreamsView } from '../model/streams-view.ts';
import type { Clients } from './clients.ts';
import { lastOf, type Metric, readMetrics, type Series, sumOf } from './metrics.ts';
import type { Stage } from './stage.ts';

const STEP_SECONDS = 60;
/** Counts of one batch reach CloudWatch at different times; after this long they must agree. */
const SETTLED_STEPS = 2;

/** What went through the streams in the last minutes, and how far the consumers are behind. */
export async function streamsOf(
  { cloudwatch }: Clients,
  stage: Stage,
  minutes: number,
): Promise<StreamsView> {
  // Whole steps, so that no sum changes because a step falls out of the window in parts.
  const to = Math.ceil(Date.now() / 1_000 / STEP_SECONDS) * STEP_SECONDS * 1_000;
  const from = to - minutes * 60_000;
  const { streams, enricher } = stage;
  const counted = (name: string, more: Record<string, string> = {}): Metric => ({
    namespace: 'Tributary',
    name,
    dimensions: { service: 'tributary', stage: stage.stage, ...more },
    stat: 'Sum',
  });
  const ofFunction = (name: string, functionName: string, stat: Metric['stat']): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: functionName },
    stat,
  });
  const throttled = (stream: string): Metric => ({
    namespace: 'AWS/Kinesis',
    name: 'WriteProvisionedThroughputExceeded',
    dimensions: { StreamName: stream },
    stat: 'Sum',
  });
  const metrics: Record<string, Metric> = {
    received: counted('EventsReceived'),
    enriched: counted('EventsEnriched'),
    rejected: counted('EventsRejected'),
    'lag enrich': ofFunction('IteratorAge', enricher, 'Maximum'),
    'errors enrich': ofFunction('Errors', enricher, 'Sum'),
    'throttled source': throttled(streams.source),
    'throttled enriched': throttled(streams.enriched),
  };
  for (const { name, stream, router } of streams.segments) {
    metrics[`routed ${name}`] = counted('EventsRouted', { stream });
    metrics[`lag ${name}`] = ofFunction('IteratorAge', router, 'Maximum');
    metrics[`errors ${name}`] = ofFunction('Errors', router, 'Sum');
    metrics[`throttled ${name}`] = throttled(stream);
  }
  const series = await readMetrics(cloudwatch, metrics, { from, to, stepSeconds: STEP_SECONDS });
  const get = (key: string): Series => series[key] ?? [];
  const segments = streams.segments.map(({ name }) => ({
    name,
    count: sumOf(get(`routed ${name}`)),
  }));
  const counts = [
    'received',
    'enriched',
    'rejected',
    ...streams.segments.map(({ name }) => `routed ${name}`),
  ];
  const retries = Object.keys(metrics).filter((key) => /^(errors|throttled) /.test(key));
  return {
    from,
    stepSeconds: STEP_SECONDS,
    flow: {
      received: sumOf(get('received')),
      enriched: sumOf(get('enriched')),
      rejected: sumOf(get('rejected')),
      segments,
      isQuiet: counts.every((key) => sumOf(get(key).slice(-SETTLED_STEPS)) === 0),
    } satisfies Flow,
    consumers: ['enrich', ...streams.segments.map(({ name }) => name)].map((name) => ({
      name,
      lagMs: lastOf(get(`lag ${name}`)) ?? null,
      lag: get(`lag ${name}`),
    })),
    throughput: counts.map((key) => ({ name: key.replace('routed ', ''), values: get(key) })),
    retries: retries
      .map((key) => ({ name: key, values: get(key) }))
      .filter(({ values }) => sumOf(values) > 0),
  };
}
