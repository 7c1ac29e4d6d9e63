import { connectAccounts, connectTokenStore } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { fetchToken, parseRequest } from './fetch-token.ts';

export const handler = withMiddleware(
  () => ({ tokens: connectTokenStore(), accounts: connectAccounts() }),
  (event, dependencies) => fetchToken(parseRequest(event), dependencies),
);
