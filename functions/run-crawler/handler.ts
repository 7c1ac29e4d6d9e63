import { connectGlue } from '../runtime/clients.ts';
import { withMiddleware } from '../runtime/middleware.ts';
import { parseRequest, runCrawler } from './run-crawler.ts';

export const handler = withMiddleware(connectGlue, (event, dependencies) =>
  runCrawler(parseRequest(event), dependencies),
);
