import { connectGlue } from '../runtime/glue-client.ts';
import { connectLake } from '../runtime/lake-client.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, runCrawler } from './run-crawler.ts';

export const handler = withMiddleware(
  () => ({ ...connectGlue(), lake: connectLake() }),
  (event, dependencies) => runCrawler(parseRequest(event), dependencies),
);
