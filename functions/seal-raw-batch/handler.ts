import { spotifyFormat } from '../../core/spotify/source.ts';
import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, sealRawBatch } from './seal-raw-batch.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake(), format: spotifyFormat }),
  (event, dependencies) => sealRawBatch(parseRequest(event), dependencies),
);
