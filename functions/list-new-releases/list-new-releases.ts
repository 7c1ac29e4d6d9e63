import * as z from 'zod';
import { EndpointNotAllowed, QuotaExhausted, RateLimited } from '../../core/errors.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { parseAs, runSchema, sourceSchema } from '../../core/lake/manifest.ts';
import type { Answer, SpotifyClient } from '../../core/spotify/client.ts';
import {
  albumList,
  nextCursor,
  type PagingStyle,
  parsePage,
  pathAt,
  type Source,
} from '../../core/spotify/paging.ts';
import type { AccessToken } from '../runtime/access-token.ts';

/** How far the listing is: it goes round in the state, a page a turn. */
const listingSchema = z.object({
  pages: z.int().nonnegative(),
  expected: z.int().nonnegative(),
  requests: z.int().nonnegative(),
  waitedSeconds: z.number().nonnegative(),
  source: z.nullable(sourceSchema),
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

/** MORE: call again. RATE_LIMITED: wait `waitSeconds`, then call again. The others end the listing. */
export type ListingOutcome = 'MORE' | 'DONE' | 'RATE_LIMITED' | 'QUOTA_EXHAUSTED' | 'BUDGET_SPENT';

export type Listing = z.infer<typeof listingSchema> & {
  outcome: ListingOutcome;
  waitSeconds: number;
};

interface Dependencies {
  spotify: SpotifyClient;
  accessToken: AccessToken;
  lake: Lake;
  settings: {
    source: 'auto' | Source;
    style: PagingStyle;
    market: string;
    requestsPerRun: number;
    longestWaitSeconds: number;
  };
}

/**
 * Gets one page of new albums and lands it in raw, byte for byte. Source: `new-releases` or `search`;
 * `auto` tries the first and goes over to the second on a 403. Throws AccessTokenExpired,
 * EndpointNotAllowed, ServiceUnavailable, ContractBroken, RequestRejected.
 */
export async function listNewReleases(
  { run, token, listing }: ListNewReleasesRequest,
  dependencies: Dependencies,
): Promise<Listing> {
  const { spotify, accessToken, lake, settings } = dependencies;
  const before = spotify.requests;
  const progress = () => ({
    ...listing,
    waitSeconds: 0,
    requests: listing.requests + spotify.requests - before,
  });
  if (listing.requests >= settings.requestsPerRun) {
    return { ...progress(), outcome: 'BUDGET_SPENT' };
  }
  try {
    const { source, answer } = await accessToken.use(token.expiresAt, (value) =>
      getPage(spotify, value, listing, settings),
    );
    const list = albumList(source, settings.market);
    const page = parsePage(answer.body, list);
    const expected = Math.max(listing.expected, page.total);
    const offset = listing.cursor?.offset ?? 0;
    const cursor = nextCursor(list, settings.style, spotify.apiUrl, page, offset, expected) ?? null;
    await lake.put(keys.listingPage(run, listing.pages), answer.bytes, 'application/json');
    return {
      ...progress(),
      pages: listing.pages + 1,
      expected,
      source,
      cursor,
      outcome: cursor ? 'MORE' : 'DONE',
    };
  } catch (error) {
    if (error instanceof QuotaExhausted) return { ...progress(), outcome: 'QUOTA_EXHAUSTED' };
    if (!(error instanceof RateLimited)) throw error;
    const waitSeconds = Math.max(1, error.retryAfterSeconds);
    const waitedSeconds = listing.waitedSeconds + waitSeconds;
    // A run that sleeps through a long limit helps nobody: the next one resumes.
    if (waitedSeconds > settings.longestWaitSeconds) {
      return { ...progress(), outcome: 'QUOTA_EXHAUSTED' };
    }
    return { ...progress(), waitedSeconds, waitSeconds, outcome: 'RATE_LIMITED' };
  }
}

async function getPage(
  spotify: SpotifyClient,
  accessToken: string,
  listing: ListNewReleasesRequest['listing'],
  { source: wanted, market }: Dependencies['settings'],
): Promise<{ source: Source; answer: Answer }> {
  const get = async (source: Source) => {
    const path = listing.cursor?.path ?? pathAt(albumList(source, market), 0);
    return { source, answer: await spotify.get(path, accessToken) };
  };
  if (listing.source) return get(listing.source);
  if (wanted !== 'auto') return get(wanted);
  try {
    return await get('new-releases');
  } catch (error) {
    if (!(error instanceof EndpointNotAllowed)) throw error;
    return get('search');
  }
}
