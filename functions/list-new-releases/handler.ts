import { createAccessToken } from '../runtime/access-token.ts';
import {
  connectLake,
  connectSpotify,
  connectTokenStore,
  listingSettings,
} from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { listNewReleases, parseRequest } from './list-new-releases.ts';

export const handler = withMiddleware(
  () => ({
    spotify: connectSpotify(),
    accessToken: createAccessToken(connectTokenStore()),
    lake: connectLake(),
    settings: listingSettings(),
  }),
  (event, dependencies) => listNewReleases(parseRequest(event), dependencies),
);
