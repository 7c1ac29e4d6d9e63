import { connectLake } from '../lib/clients.ts';
import { countRun } from '../lib/metrics.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { parseRequest, recordRun } from './record-run.ts';

export const handler = withMiddleware(
  () => ({ lake: connectLake() }),
  async (event, dependencies) => {
    const recorded = await recordRun(parseRequest(event), dependencies);
    countRun(recorded);
    return recorded;
  },
);
