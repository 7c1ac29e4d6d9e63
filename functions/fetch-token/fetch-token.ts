import type { AxiosInstance } from 'axios';
import * as z from 'zod';
import type { Limits } from '../../core/allowance.ts';
import {
  AccessTokenRejected,
  BudgetSpent,
  QuotaExhausted,
  RateLimited,
} from '../../core/errors.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { runSchema } from '../../core/lake/manifest.ts';
import { openAllowance } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';
import type { RetryPolicy } from '../../core/retry.ts';
import { requestToken } from '../../core/spotify/token.ts';
import type { TokenStore } from '../runtime/token-store.ts';

/** `expiresAt` is null at the start of a run; later it names the token that Spotify rejected. */
const requestSchema = z.object({
  run: runSchema,
  token: z.object({ expiresAt: z.nullable(z.string()), renewals: z.int().nonnegative() }),
});
export type FetchTokenRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'FetchToken');

export interface FetchedToken {
  /** WAIT: call again after `waitSeconds`. LIMIT_REACHED: no token for this run, `reason` says why. */
  outcome: 'ISSUED' | 'WAIT' | 'LIMIT_REACHED';
  expiresAt: string | null;
  renewals: number;
  waitSeconds: number;
  reason: string | null;
}

interface Dependencies {
  tokens: TokenStore;
  lake: Lake;
  limits: Limits;
  accounts: {
    http: AxiosInstance;
    accountsUrl: string;
    timeoutMs: number;
    retryPolicy: RetryPolicy;
  };
  clock?: () => number;
}

/** A token lives an hour and a run three hours at the most: more renewals mean that none is accepted. */
const MOST_RENEWALS = 5;

/**
 * Gets an access token and stores it encrypted; only its expiry (ISO 8601) goes back into the state.
 * Throws InvalidCredentials, AccessTokenRejected, ServiceUnavailable, ContractBroken.
 */
export async function fetchToken(
  { run, token }: FetchTokenRequest,
  { tokens, lake, limits, accounts, clock = Date.now }: Dependencies,
): Promise<FetchedToken> {
  const isRenewal = token.expiresAt !== null;
  const renewals = token.renewals + (isRenewal ? 1 : 0);
  if (renewals > MOST_RENEWALS) {
    throw new AccessTokenRejected(`Spotify rejected ${renewals} tokens one after another`);
  }
  const none = { expiresAt: token.expiresAt, renewals: token.renewals, waitSeconds: 0 };
  const credentials = await tokens.readCredentials();
  const allowance = await openAllowance(lake, run, limits);
  try {
    const issued = await requestToken(accounts.http, accounts.accountsUrl, credentials, {
      ...accounts,
      allowance,
    });
    const expiresAt = new Date(clock() + issued.expiresInSeconds * 1_000).toISOString();
    await Promise.all([
      tokens.saveToken({ accessToken: issued.accessToken, expiresAt }),
      allowance.save(),
    ]);
    return { outcome: 'ISSUED', expiresAt, renewals, waitSeconds: 0, reason: null };
  } catch (error) {
    if (error instanceof RateLimited) {
      const waitSeconds = Math.max(1, error.retryAfterSeconds);
      if (allowance.pause(waitSeconds * 1_000)) {
        return { ...none, outcome: 'WAIT', waitSeconds, reason: error.name };
      }
    }
    const isLimit =
      error instanceof RateLimited ||
      error instanceof QuotaExhausted ||
      error instanceof BudgetSpent;
    if (!isLimit) throw error;
    return { ...none, outcome: 'LIMIT_REACHED', reason: error.name };
  } finally {
    await allowance.save();
  }
}
