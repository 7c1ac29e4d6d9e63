import { connectAccounts, connectLake, connectTokenStore, runLimits } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { fetchToken, parseRequest } from './fetch-token.ts';

export const handler = withMiddleware(
  () => ({
    tokens: connectTokenStore(),
    lake: connectLake(),
    limits: runLimits(),
    accounts: connectAccounts(),
  }),
  (event, dependencies) => fetchToken(parseRequest(event), dependencies),
);
