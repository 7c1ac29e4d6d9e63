import type { Manifest, Status } from '../../core/lake/manifest.ts';

/** The next run loads these: a limit of the run or of the API was reached. */
const LIMITS = new Set([
  'QuotaExhausted',
  'RateLimited',
  'BudgetSpent',
  'TimeSpent',
  'ListingLimit',
]);

/** Something missing for another reason than a limit makes PARTIAL, whatever else was deferred. */
export function statusOf({
  listingStoppedBy,
  unlisted,
  missing,
  open,
}: {
  listingStoppedBy: string | null;
  unlisted: number;
  missing: Manifest['missing'];
  /** Albums that were loaded with fewer tracks than expected. */
  open: number;
}): { status: Status; deferred: number } {
  const deferred = missing.filter(({ reason }) => LIMITS.has(reason)).length;
  const isListingLimited = listingStoppedBy !== null && LIMITS.has(listingStoppedBy);
  const isFaulty =
    missing.length > deferred ||
    open > 0 ||
    (!isListingLimited && (unlisted > 0 || listingStoppedBy !== null));
  if (isFaulty) return { status: 'PARTIAL', deferred };
  return { status: deferred > 0 || isListingLimited ? 'DEFERRED' : 'COMPLETE', deferred };
}

const OVERDUE_MS = 3 * 86_400_000;

/** Albums that have been waiting for three days. */
export const overdueOf = (waiting: Manifest['waiting'], run: Manifest['run']): number =>
  Object.values(waiting).filter(
    (since) => Date.parse(run.startedAt) - Date.parse(since) >= OVERDUE_MS,
  ).length;

/** One album that cannot be had on a quiet day is PARTIAL; so many at once are a failed run. */
const MANY = 3;

export function nothingLoaded({ counts, missing }: Manifest) {
  const reasons = new Map<string, number>();
  for (const { reason } of missing) {
    if (!LIMITS.has(reason)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const failed = [...reasons.values()].reduce((sum, each) => sum + each, 0);
  if (counts.loaded > 0 || failed < MANY) return undefined;
  const [reason = ''] = [...reasons].sort((a, b) => b[1] - a[1])[0] ?? [];
  return {
    Error: reason,
    Cause: `None of ${failed} albums could be loaded; the manifest names them`,
  };
}
