import { spotifyFormat } from '../../core/spotify/source.ts';
import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { rebuildTables } from './rebuild-tables.ts';
import { parseRequest } from './request.ts';
import { transformBatch } from './transform-batch.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake(), format: spotifyFormat }),
  async (event, dependencies, context) => {
    const request = parseRequest(event);
    return 'rebuild' in request
      ? rebuildTables(request, {
          ...dependencies,
          remainingMs: () => context.getRemainingTimeInMillis(),
        })
      : transformBatch(request, dependencies);
  },
);
