import { createAccessToken } from '../lib/access-token.ts';
import { connectLake, connectSpotify, connectTokenStore, listingSettings } from '../lib/clients.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { fetchAlbumTracks, parseRequest } from './fetch-album-tracks.ts';

export const handler = withMiddleware(
  () => ({
    spotify: connectSpotify(),
    accessToken: createAccessToken(connectTokenStore()),
    lake: connectLake(),
    settings: listingSettings(),
  }),
  (event, dependencies) => fetchAlbumTracks(parseRequest(event), dependencies),
);
