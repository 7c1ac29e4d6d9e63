import { AccessTokenExpired } from '../../core/errors.ts';
import type { StoredToken, TokenStore } from './token-store.ts';

/**
 * The access token of this execution environment: read once, kept over calls, read again when the
 * state names another one or when Spotify rejected it.
 */
export interface AccessToken {
  /**
   * Calls `work` with the token of which the state knows `expiresAt`, and forgets it on a 401.
   * Throws AccessTokenExpired where none is stored.
   */
  use<T>(expiresAt: string, work: (accessToken: string) => Promise<T>): Promise<T>;
}

export function createAccessToken(tokens: TokenStore): AccessToken {
  let cached: StoredToken | undefined;
  return {
    async use(expiresAt, work) {
      if (cached?.expiresAt !== expiresAt) cached = await tokens.readToken();
      if (!cached) throw new AccessTokenExpired('No access token is stored');
      try {
        return await work(cached.accessToken);
      } catch (error) {
        if (error instanceof AccessTokenExpired) cached = undefined;
        throw error;
      }
    },
  };
}
