import { createAccessToken } from '../runtime/access-token.ts';
import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { runLimits, trackConcurrency } from '../runtime/run-settings.ts';
import { connectSource, connectTokenStore } from '../runtime/spotify-clients.ts';
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
