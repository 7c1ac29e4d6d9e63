import { createAccessToken } from '../runtime/access-token.ts';
import {
  connectLake,
  connectSource,
  connectTokenStore,
  runLimits,
  trackConcurrency,
} from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { fetchAlbumTracks, parseRequest } from './fetch-album-tracks.ts';

export const handler = withMiddleware(
  () => ({
    source: connectSource(),
    accessToken: createAccessToken(connectTokenStore()),
    lake: connectLake(),
    limits: runLimits(),
    concurrency: trackConcurrency(),
  }),
  (event, dependencies, context) =>
    fetchAlbumTracks(parseRequest(event), {
      ...dependencies,
      remainingMs: () => context.getRemainingTimeInMillis(),
    }),
);
