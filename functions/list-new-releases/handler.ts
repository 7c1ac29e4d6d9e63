import { createAccessToken } from '../runtime/access-token.ts';
import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { runLimits } from '../runtime/run-settings.ts';
import { connectSource, connectTokenStore } from '../runtime/spotify-clients.ts';
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
