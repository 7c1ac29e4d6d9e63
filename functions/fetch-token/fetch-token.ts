import type { AxiosInstance } from 'axios';
import * as z from 'zod';
import { AccessTokenRejected } from '../../core/errors.ts';
import { parseAs } from '../../core/lake/manifest.ts';
import type { RetryPolicy } from '../../core/retry.ts';
import { requestToken } from '../../core/spotify/token.ts';
import type { TokenStore } from '../runtime/token-store.ts';

/** `expiresAt` is null at the start of a run; later it names the token that Spotify rejected. */
const requestSchema = z.object({
  token: z.object({ expiresAt: z.nullable(z.string()), renewals: z.int().nonnegative() }),
});
export type FetchTokenRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'FetchToken');

interface Dependencies {
  tokens: TokenStore;
  accounts: {
    http: AxiosInstance;
    accountsUrl: string;
    timeoutMs: number;
    retryPolicy: RetryPolicy;
  };
  clock?: () => number;
}

/** A token lives an hour and a run far less: more renewals than this mean that none is accepted. */
const MOST_RENEWALS = 5;

/**
 * Gets an access token and stores it encrypted; only its expiry (ISO 8601) goes back into the state.
 * Where albums fetched side by side meet the same expired token, the first one renews it and the
 * others find it renewed. Throws InvalidCredentials, AccessTokenRejected, ServiceUnavailable.
 */
export async function fetchToken(
  { token }: FetchTokenRequest,
  { tokens, accounts, clock = Date.now }: Dependencies,
): Promise<FetchTokenRequest['token']> {
  const isRenewal = token.expiresAt !== null;
  const renewals = token.renewals + (isRenewal ? 1 : 0);
  if (renewals > MOST_RENEWALS) {
    throw new AccessTokenRejected(`Spotify rejected ${renewals} tokens one after another`);
  }
  if (isRenewal) {
    const stored = await tokens.readToken();
    if (stored && stored.expiresAt !== token.expiresAt) {
      return { expiresAt: stored.expiresAt, renewals };
    }
  }
  const credentials = await tokens.readCredentials();
  const issued = await requestToken(accounts.http, accounts.accountsUrl, credentials, accounts);
  const expiresAt = new Date(clock() + issued.expiresInSeconds * 1_000).toISOString();
  await tokens.saveToken({ accessToken: issued.accessToken, expiresAt });
  return { expiresAt, renewals };
}
