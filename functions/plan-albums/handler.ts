import { connectLake, planSettings } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, planAlbums } from './plan-albums.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake(), settings: planSettings() }),
  (event, dependencies) => planAlbums(parseRequest(event), dependencies),
);
