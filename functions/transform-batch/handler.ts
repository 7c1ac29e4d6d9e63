import { connectLake } from '../lib/clients.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { parseRequest, transformBatch } from './transform-batch.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake() }),
  (event, dependencies) => transformBatch(parseRequest(event), dependencies),
);
