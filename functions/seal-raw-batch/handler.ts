import { connectLake } from '../lib/clients.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { parseRequest, sealRawBatch } from './seal-raw-batch.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake() }),
  (event, dependencies) => sealRawBatch(parseRequest(event), dependencies),
);
