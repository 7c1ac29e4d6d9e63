import { connectAccounts, connectTokenStore } from '../lib/clients.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { fetchToken, parseRequest } from './fetch-token.ts';

export const handler = withMiddleware(
  () => ({ tokens: connectTokenStore(), accounts: connectAccounts() }),
  (event, dependencies) => fetchToken(parseRequest(event), dependencies),
);
