import { randomBytes } from 'node:crypto';
import { type ApiResponse, TOKEN_EXPIRED, TOKEN_REJECTED } from './responses.ts';

/** What the mock server accepts unless an option says otherwise; worthless anywhere else. */
export const LOCAL_CLIENT_ID = 'local-client-id';
export const LOCAL_CLIENT_SECRET = 'local-client-secret';

export type Accounts = {
  /** POST /api/token: the client credentials flow, credentials by Basic auth or in the form. */
  issue(authorization: string | undefined, form: URLSearchParams): ApiResponse;
  /** Undefined when the token is good, else the 401. */
  reject(authorization: string | undefined): ApiResponse | undefined;
  expireAll(): void;
  readonly issued: string[];
};

export function createAccounts(client: {
  id: string;
  secret: string;
  lifetimeSeconds: number;
}): Accounts {
  const expiry = new Map<string, number>();
  const issued: string[] = [];

  return {
    issued,

    issue(authorization, form) {
      const { id, secret } = basicCredentials(authorization) ?? {
        id: form.get('client_id'),
        secret: form.get('client_secret'),
      };
      if (id !== client.id || secret !== client.secret) {
        return rejection('invalid_client', 'Invalid client');
      }
      const grant = form.get('grant_type');
      if (grant !== 'client_credentials') {
        const problem = grant ? 'must be client_credentials' : 'parameter is missing';
        return rejection('unsupported_grant_type', `grant_type ${problem}`);
      }
      const token = `BQ${randomBytes(90).toString('base64url')}`;
      issued.push(token);
      expiry.set(token, Date.now() + client.lifetimeSeconds * 1000);
      return {
        status: 200,
        body: { access_token: token, token_type: 'Bearer', expires_in: client.lifetimeSeconds },
      };
    },

    reject(authorization) {
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      const expiresAt = token === undefined ? undefined : expiry.get(token);
      if (expiresAt === undefined) return TOKEN_REJECTED;
      return Date.now() < expiresAt ? undefined : TOKEN_EXPIRED;
    },

    expireAll() {
      for (const token of expiry.keys()) expiry.set(token, 0);
    },
  };
}

/** The accounts service has another error body than the API. */
function rejection(error: string, description: string): ApiResponse {
  return { status: 400, body: { error, error_description: description } };
}

function basicCredentials(authorization = '') {
  const encoded = /^Basic (.+)$/i.exec(authorization)?.[1];
  if (!encoded) return undefined;
  const [id, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id, secret: rest.join(':') };
}
