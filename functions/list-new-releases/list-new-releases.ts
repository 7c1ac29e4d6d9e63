import * as z from 'zod';
import type { Limits } from '../../core/allowance.ts';
import { BudgetSpent, QuotaExhausted, RateLimited } from '../../core/errors.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { runSchema } from '../../core/lake/manifest.ts';
import type { AlbumSource } from '../../core/lake/source.ts';
import { openAllowance } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';
import type { AccessToken } from '../runtime/access-token.ts';

/** How far the listing is: it goes round in the state, a page a turn. */
const listingSchema = z.object({
  /** Calls so far, waits included. */
  calls: z.int().nonnegative(),
  pages: z.int().nonnegative(),
  expected: z.int().nonnegative(),
  source: z.nullable(z.string()),
  /** Where the next page is; null before the first and after the last one. */
  cursor: z.nullable(z.object({ offset: z.int().nonnegative(), path: z.string() })),
});
const requestSchema = z.object({
  run: runSchema,
  token: z.object({ expiresAt: z.string() }),
  listing: listingSchema,
});
export type ListNewReleasesRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'ListNewReleases');

export type Listing = z.infer<typeof listingSchema> & {
  /** MORE: call again. WAIT: call again after `waitSeconds`. DONE: that was all, or all that can be had. */
  outcome: 'MORE' | 'WAIT' | 'DONE';
  waitSeconds: number;
  /** The limit that ended the listing early: an error's name, or ListingLimit for the API's own end. */
  stoppedBy: string | null;
};

interface Dependencies {
  source: AlbumSource;
  accessToken: AccessToken;
  lake: Lake;
  limits: Limits;
}

/** Keeps the history of an execution within Step Functions' 25,000 events, retries included. */
const MOST_CALLS = 300;

/**
 * Gets one page of new albums and stores it in raw, byte for byte. Throws AccessTokenExpired,
 * EndpointNotAllowed, ServiceUnavailable, ContractBroken, RequestRejected, ResourceNotFound.
 */
export async function listNewReleases(
  { run, token, listing }: ListNewReleasesRequest,
  { source, accessToken, lake, limits }: Dependencies,
): Promise<Listing> {
  const progress = { ...listing, calls: listing.calls + 1, waitSeconds: 0, stoppedBy: null };
  if (listing.calls >= MOST_CALLS) return { ...progress, outcome: 'DONE', stoppedBy: 'TimeSpent' };
  const allowance = await openAllowance(lake, run, limits);
  try {
    const listed = await accessToken.use(token.expiresAt, (value) =>
      source.getListing({ accessToken: value, allowance }, listing),
    );
    await Promise.all([
      lake.put(keys.listingPage(run, listing.pages), listed.bytes, 'application/json'),
      allowance.save(),
    ]);
    return {
      ...progress,
      pages: listing.pages + 1,
      expected: Math.max(listing.expected, listed.page.total),
      source: listed.source,
      cursor: listed.cursor,
      outcome: listed.cursor ? 'MORE' : 'DONE',
      stoppedBy: listed.isCutByApi ? 'ListingLimit' : null,
    };
  } catch (error) {
    if (error instanceof RateLimited) {
      const waitSeconds = Math.max(1, error.retryAfterSeconds);
      // A run that sleeps through a long limit helps nobody: the next one resumes.
      if (allowance.pause(waitSeconds * 1_000)) {
        return { ...progress, waitSeconds, outcome: 'WAIT' };
      }
    }
    const isLimit =
      error instanceof RateLimited ||
      error instanceof QuotaExhausted ||
      error instanceof BudgetSpent;
    if (!isLimit) throw error;
    return { ...progress, outcome: 'DONE', stoppedBy: error.name };
  } finally {
    await allowance.save();
  }
}
