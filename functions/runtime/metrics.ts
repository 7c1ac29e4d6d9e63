import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { EnrichedCounts } from '../enrich-sessions/enrich-sessions.ts';
import type { RecordedRun } from '../record-run/record-run.ts';
import type { RoutedCounts } from '../route-sessions/route-sessions.ts';

/**
 * Counts for CloudWatch, in the namespace Tributary, each set a JSON line on standard output: CloudWatch
 * Logs makes metrics of it, the handler calls nobody. Every line has the dimensions `service` (which
 * Powertools always adds) and `stage`; alarms name both.
 *
 * Zeros are written too: "none were set aside" and "nothing ran" are different answers.
 */
function publish(counts: Record<string, number>, dimensions: Record<string, string> = {}): void {
  const metrics = new Metrics({
    namespace: 'Tributary',
    serviceName: 'tributary',
    // A metric that says of no stage is worth less than the run that it would fail.
    defaultDimensions: { stage: process.env.STAGE || 'unknown', ...dimensions },
  });
  for (const [name, value] of Object.entries(counts)) {
    metrics.addMetric(name, MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}

/** What a run brought. One that took in a loaded manifest is no sign that the schedule works. */
export function countRun({ status, counts, uploadedManifest }: RecordedRun): void {
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
    ...(counts && {
      AlbumsLoaded: counts.loaded,
      AlbumsMissing: counts.missing,
      AlbumsUnlisted: counts.unlisted,
      TracksLoaded: counts.tracks,
      SpotifyRequests: counts.requests,
    }),
  });
}

/** A batch's events: all, enriched, set aside, and how many of these for which reason. */
export function countEnriched({ received, enriched, rejected, reasons }: EnrichedCounts): void {
  publish({ EventsReceived: received, EventsEnriched: enriched, EventsRejected: rejected });
  for (const [reason, count] of Object.entries(reasons)) {
    publish({ EventsRejected: count }, { reason });
  }
}

/** The events that went to the stream of a segment. */
export function countRouted({ routed }: RoutedCounts, stream: string): void {
  publish({ EventsRouted: routed }, { stream });
}
