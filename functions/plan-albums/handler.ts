import { spotifyFormat } from '../../core/spotify/source.ts';
import { connectLake, planSettings } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, planAlbums } from './plan-albums.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake(), format: spotifyFormat, settings: planSettings() }),
  (event, dependencies) => planAlbums(parseRequest(event), dependencies),
);
