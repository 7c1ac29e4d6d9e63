import { connectLake, planSettings } from '../lib/clients.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { parseRequest, planAlbums } from './plan-albums.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake(), settings: planSettings() }),
  (event, dependencies) => planAlbums(parseRequest(event), dependencies),
);
