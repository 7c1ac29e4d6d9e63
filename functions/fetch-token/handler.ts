import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { runLimits } from '../runtime/run-settings.ts';
import { connectAccounts, connectTokenStore } from '../runtime/spotify-clients.ts';
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
