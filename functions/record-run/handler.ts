import { connectLake } from '../runtime/lake-client.ts';
import { countRun } from '../runtime/metrics.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, recordRun } from './record-run.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake() }),
  async (event, dependencies) => {
    const recorded = await recordRun(parseRequest(event), dependencies);
    countRun(recorded);
    return recorded;
  },
);
