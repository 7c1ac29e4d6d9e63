import type { AxiosInstance } from 'axios';
import * as z from 'zod';
import type { Allowance } from '../allowance.ts';
import { ContractBroken, InvalidCredentials } from '../errors.ts';
import type { RetryPolicy } from '../retry.ts';
import { parseJson, send, withRetries } from './client.ts';
import { errorOfResponse, messageOf } from './http-errors.ts';

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
}

/** Spotify's tokens live an hour. A day is the most that is believed. */
const LONGEST_LIFETIME_SECONDS = 86_400;

const responseSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.number().min(1).max(LONGEST_LIFETIME_SECONDS),
});

/**
 * Asks the accounts service for a token by client credentials; there is no refresh token.
 * Throws InvalidCredentials (400 `invalid_client`), ServiceUnavailable, RateLimited, QuotaExhausted,
 * ContractBroken, BudgetSpent.
 */
export function requestToken(
  http: AxiosInstance,
  accountsUrl: string,
  credentials: Credentials,
  options: { timeoutMs: number; retryPolicy: RetryPolicy; allowance: Allowance },
): Promise<IssuedToken> {
  const { allowance, timeoutMs, retryPolicy } = options;
  const attempt = () =>
    allowance.spend('tokenRequests', () => requestOnce(http, accountsUrl, credentials, timeoutMs));
  return withRetries(attempt, retryPolicy, allowance);
}

async function requestOnce(
  http: AxiosInstance,
  accountsUrl: string,
  { clientId, clientSecret }: Credentials,
  timeoutMs: number,
): Promise<IssuedToken> {
  const what = 'POST /api/token';
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const { status, retryAfter, bytes } = await send(http, what, timeoutMs, {
    method: 'POST',
    url: new URL('/api/token', accountsUrl).href,
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    data: 'grant_type=client_credentials',
  });
  const text = bytes
    .toString()
    .replaceAll(clientSecret, '[client secret]')
    .replaceAll(basic, '[client secret]');
  if (status === 401 || (status === 400 && text.includes('invalid_client'))) {
    throw new InvalidCredentials(
      `Spotify does not know this client id and secret (${status} ${messageOf(text)}): check the two parameters`,
    );
  }
  const error = errorOfResponse(what, status, retryAfter, text);
  if (error) throw error;
  const body = responseSchema.safeParse(parseJson(what, bytes));
  if (!body.success) {
    // The value is not quoted: it may be the token.
    const field = body.error.issues[0]?.path.join('.') || 'body';
    throw new ContractBroken(`${what} returned 200 with a missing or odd ${field}`);
  }
  return { accessToken: body.data.access_token, expiresInSeconds: body.data.expires_in };
}
