/** The state of the batch, as far as people are shown it. */
export interface BatchState {
  listing?: {
    pages: number;
    expected: number;
    source: string | null;
    outcome: string;
    waitSeconds?: number;
    stoppedBy?: string | null;
  };
  token?: { outcome?: string; waitSeconds?: number };
  fetched?: {
    waitSeconds?: number;
    reason?: string | null;
    planned?: number;
    done?: number;
    albums?: { albumId: string; reason?: string }[];
  };
  plan?: { planned: number; listed: number; skipped: number };
  batch?: {
    status: string;
    counts: {
      loaded: number;
      missing: number;
      unlisted: number;
      tracks: number;
      tracksMissing?: number;
    };
  };
  tables?: { rows: Record<string, number> };
  crawl?: { outcome: string };
  record?: { status: string };
}

/** What a state has counted; `isDone` is false while the machine will enter it again. */
export function describe(
  state: string,
  { listing, plan, batch, tables, crawl }: BatchState,
): { text: string; isDone: boolean } | undefined {
  const done = (text: string | undefined) => (text ? { text, isDone: true } : undefined);
  switch (state) {
    case 'ListNewReleases':
      return (
        listing && {
          text: `${countOf(listing.pages, 'page')} of ${listing.source ?? 'nothing'}, ${listing.expected} albums expected${listing.stoppedBy === 'QuotaExhausted' ? ', then the quota was used up' : ''}`,
          isDone: !['MORE', 'WAIT'].includes(listing.outcome),
        }
      );
    case 'PlanAlbums':
      return done(
        plan && `${plan.listed} listed, ${plan.skipped} skipped, ${plan.planned} to fetch`,
      );
    case 'SealRawBatch':
      return done(
        batch &&
          `${batch.status}: ${loadedAndMissing(batch.counts)}, ${batch.counts.tracks} tracks${batch.counts.tracksMissing ? ` of ${batch.counts.tracks + batch.counts.tracksMissing}` : ''}`,
      );
    case 'TransformBatch':
      return done(
        tables &&
          Object.entries(tables.rows)
            .map(([table, rows]) => `${table} ${rows}`)
            .join(', '),
      );
    case 'CheckCrawler':
      return crawl && { text: `crawler ${crawl.outcome}`, isDone: crawl.outcome !== 'RUNNING' };
    default:
      return undefined;
  }
}

const countOf = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A run that lacks albums of which it knows no more than their number is PARTIAL as well. */
const loadedAndMissing = (counts: NonNullable<BatchState['batch']>['counts']): string =>
  [
    `${counts.loaded} loaded`,
    `${counts.missing} missing`,
    ...(counts.unlisted > 0 ? [`${counts.unlisted} on no page`] : []),
  ].join(', ');
