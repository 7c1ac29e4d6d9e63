import { GetParametersCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import type { Credentials } from '../../core/spotify/token.ts';

/** `expiresAt` (ISO 8601) also tells one token from the next: only it enters the state. */
export interface StoredToken {
  accessToken: string;
  expiresAt: string;
}

/** The three SecureStrings under `/tributary/<stage>/spotify`. */
export interface TokenStore {
  readCredentials(): Promise<Credentials>;
  /** Undefined before the first run. */
  readToken(): Promise<StoredToken | undefined>;
  saveToken(token: StoredToken): Promise<void>;
}

const tokenSchema = z.object({ accessToken: z.string().min(1), expiresAt: z.string().min(1) });

export function createTokenStore(ssm: SSMClient, prefix: string): TokenStore {
  const read = async (...names: string[]) => {
    const response = await ssm.send(
      new GetParametersCommand({ Names: names.map((n) => `${prefix}/${n}`), WithDecryption: true }),
    );
    const values = new Map(response.Parameters?.map(({ Name, Value }) => [Name, Value]));
    return names.map((name) => values.get(`${prefix}/${name}`));
  };
  return {
    async readCredentials() {
      const [clientId, clientSecret] = await read('client-id', 'client-secret');
      if (clientId && clientSecret) return { clientId, clientSecret };
      const missing = clientId ? 'client-secret' : 'client-id';
      throw new InvalidInput(
        `The parameter ${prefix}/${missing} is missing: store it with 'aws ssm put-parameter --type SecureString'`,
      );
    },
    async readToken() {
      const [value] = await read('access-token');
      if (value === undefined) return undefined;
      try {
        return tokenSchema.parse(JSON.parse(value));
      } catch {
        // The cause would quote the token.
        throw new InvalidInput(
          `The parameter ${prefix}/access-token is not what FetchToken writes`,
        );
      }
    },
    async saveToken(token) {
      await ssm.send(
        new PutParameterCommand({
          Name: `${prefix}/access-token`,
          Value: JSON.stringify(token),
          Type: 'SecureString',
          Overwrite: true,
        }),
      );
    },
  };
}
