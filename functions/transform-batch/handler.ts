import { connectLake } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, transformBatch } from './transform-batch.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake() }),
  (event, dependencies) => transformBatch(parseRequest(event), dependencies),
);
