import { connectGlue } from '../lib/clients.ts';
import { withMiddleware } from '../lib/middleware.ts';
import { parseRequest, runCrawler } from './run-crawler.ts';

export const handler = withMiddleware(connectGlue, (event, dependencies) =>
  runCrawler(parseRequest(event), dependencies),
);
