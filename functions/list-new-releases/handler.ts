import { createAccessToken } from '../runtime/access-token.ts';
import { connectLake, connectSource, connectTokenStore, runLimits } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { listNewReleases, parseRequest } from './list-new-releases.ts';

export const handler = withMiddleware(
  () => ({
    source: connectSource(),
    accessToken: createAccessToken(connectTokenStore()),
    lake: connectLake(),
    limits: runLimits(),
  }),
  (event, dependencies) => listNewReleases(parseRequest(event), dependencies),
);
