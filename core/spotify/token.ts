import type { AxiosInstance } from 'axios';
import * as z from 'zod';
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

const responseSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
});

/**
 * Asks the accounts service for a token by client credentials; there is no refresh token.
 * Throws InvalidCredentials (400 `invalid_client`), ServiceUnavailable, RateLimited, ContractBroken.
 */
export function requestToken(
  http: AxiosInstance,
  accountsUrl: string,
  credentials: Credentials,
  options: { timeoutMs: number; retryPolicy: RetryPolicy },
): Promise<IssuedToken> {
  return withRetries(
    () => requestOnce(http, accountsUrl, credentials, options.timeoutMs),
    options.retryPolicy,
  );
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
  const answer = responseSchema.safeParse(parseJson(what, bytes));
  if (!answer.success)
    throw new ContractBroken(`${what} answered 200 without access_token and expires_in`);
  return { accessToken: answer.data.access_token, expiresInSeconds: answer.data.expires_in };
}
