import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** What a run brought, and how it ended. */
export interface RunOutcome {
  readonly status: string;
  /** A run without a manifest counts its requests alone. */
  readonly counts: {
    readonly loaded?: number;
    readonly missing?: number;
    readonly deferred?: number;
    readonly overdue?: number;
    readonly unlisted?: number;
    readonly tracks?: number;
    readonly tracksMissing?: number;
    readonly requests: number;
    readonly tokenRequests: number;
  };
  readonly uploadedManifest: boolean;
}

/** In events, but for `errors`: how often a single write failed, by its code. */
export interface EnrichedCounts {
  received: number;
  enriched: number;
  rejected: number;
  /** Of `rejected`, by reason. */
  reasons: Record<string, number>;
  /** Placed by an invocation before, behind a gap. */
  skipped: number;
  /** To be redelivered. */
  unplaced: number;
  errors: Record<string, number>;
}

/** In events, but for `unreadable` envelopes, `records` written, and `errors`, as in enrichment. */
export interface RoutedCounts {
  received: number;
  routed: number;
  skipped: number;
  unplaced: number;
  /** Of `routed`: events of a segment without a router, taken by the one that takes the rest. */
  unrouted: number;
  unreadable: number;
  records: number;
  errors: Record<string, number>;
}

/**
 * Counts for CloudWatch, in the namespace Tributary, each set a JSON line on standard output: CloudWatch
 * Logs makes metrics of it, the handler calls nobody. Every line has the dimensions `service` (which
 * Powertools always adds) and `stage`; alarms name both.
 *
 * Zeros are written too: "none were rejected" and "nothing ran" are different results.
 */
function publish(counts: Record<string, number>, more: Record<string, string> = {}): void {
  // A metric that says of no stage is worth less than the run that it would fail.
  const metrics = metricsOf({ stage: process.env.STAGE || 'unknown', ...more });
  for (const [name, value] of Object.entries(counts)) {
    metrics.addMetric(name, MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}

/** By their dimensions: one made for each batch takes as long as ten events. */
const METRICS = new Map<string, Metrics>();

function metricsOf(defaultDimensions: Record<string, string>): Metrics {
  const key = JSON.stringify(defaultDimensions);
  const known = METRICS.get(key);
  if (known !== undefined) return known;
  const metrics = new Metrics({
    namespace: 'Tributary',
    serviceName: 'tributary',
    defaultDimensions,
  });
  METRICS.set(key, metrics);
  return metrics;
}

/** What a run brought. One that took in an uploaded manifest is no sign that the schedule works. */
export function countRun({ status, counts, uploadedManifest }: RunOutcome): void {
  const is = (each: string) => (status === each ? 1 : 0);
  publish({
    ...(uploadedManifest
      ? { ManifestsAccepted: 1 }
      : {
          RunsSucceeded: 1 - is('FAILED'),
          RunsComplete: is('COMPLETE'),
          RunsDeferred: is('DEFERRED'),
          RunsPartial: is('PARTIAL'),
          RunsFailed: is('FAILED'),
        }),
    ...definedOf({
      AlbumsLoaded: counts.loaded,
      AlbumsMissing: counts.missing,
      AlbumsDeferred: counts.deferred,
      // Missing, or short of tracks, for three days.
      AlbumsOverdue: counts.overdue,
      AlbumsUnlisted: counts.unlisted,
      TracksLoaded: counts.tracks,
      TracksMissing: counts.tracksMissing,
      SpotifyRequests: counts.requests,
      SpotifyTokenRequests: counts.tokenRequests,
    }),
  });
}

const definedOf = (counts: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );

/** A batch's events: received, enriched, rejected, not placed, and the rejected ones by reason. */
export function countEnriched(counts: EnrichedCounts): void {
  const { received, enriched, rejected, unplaced, reasons } = counts;
  publish({
    EventsReceived: received,
    EventsEnriched: enriched,
    EventsRejected: rejected,
    EventsUnplaced: unplaced,
  });
  for (const [reason, count] of Object.entries(reasons)) {
    publish({ EventsRejected: count }, { reason });
  }
}

/** The events that went to the stream of a segment, or could not; the sum over all streams is a metric, too. */
export function countRouted(
  { routed, unplaced, unrouted, unreadable }: RoutedCounts,
  stream: string,
): void {
  publish(
    { EventsRouted: routed, EventsUnplaced: unplaced, EnvelopesUnreadable: unreadable },
    { stream },
  );
  publish({ EventsRouted: routed, EventsUnrouted: unrouted });
}
