import { spotifyFormat } from '../../core/spotify/source.ts';
import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { planSettings } from '../runtime/run-settings.ts';
import { parseRequest, planAlbums } from './plan-albums.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake(), format: spotifyFormat, settings: planSettings() }),
  (event, dependencies) => planAlbums(parseRequest(event), dependencies),
);
