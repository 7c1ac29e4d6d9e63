import {
  CrawlerRunningException,
  GetCrawlerCommand,
  type GlueClient,
  StartCrawlerCommand,
} from '@aws-sdk/client-glue';
import * as z from 'zod';
import { CrawlerBusy } from '../../core/errors.ts';
import { parseAs } from '../../core/lake/manifest.ts';

const requestSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('START') }),
  z.object({ action: z.literal('CHECK'), startedAfter: z.iso.datetime() }),
]);
export type RunCrawlerRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'RunCrawler');

/** RUNNING: look again later. The others are the end of the crawl that we started. */
export interface Crawl {
  outcome: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  startedAfter: string;
  message: string;
  /** Until the next look. */
  waitSeconds: number;
}

interface Dependencies {
  glue: GlueClient;
  crawlerName: string;
  pollSeconds: number;
  clock?: () => number;
}

/**
 * Starts the crawler, or says how its crawl is. Throws CrawlerBusy where it already runs: that crawl
 * may have passed our folders before the files loaded, so it has to be started again afterwards.
 */
export async function runCrawler(
  request: RunCrawlerRequest,
  { glue, crawlerName, pollSeconds, clock = Date.now }: Dependencies,
): Promise<Crawl> {
  const waitSeconds = pollSeconds;
  if (request.action === 'CHECK') {
    return { ...(await checkCrawl(glue, crawlerName, request.startedAfter)), waitSeconds };
  }
  // Glue keeps whole seconds and its own clock: a crawl of the same second counts as ours.
  const startedAfter = new Date(Math.floor(clock() / 1_000) * 1_000 - 1_000).toISOString();
  try {
    await glue.send(new StartCrawlerCommand({ Name: crawlerName }));
  } catch (error) {
    if (!(error instanceof CrawlerRunningException)) throw error;
    throw new CrawlerBusy(`The crawler ${crawlerName} is still at an earlier crawl`, {
      cause: error,
    });
  }
  return { outcome: 'RUNNING', startedAfter, message: 'started', waitSeconds };
}

async function checkCrawl(glue: GlueClient, name: string, startedAfter: string) {
  const { Crawler: crawler } = await glue.send(new GetCrawlerCommand({ Name: name }));
  const last = crawler?.LastCrawl;
  const isOurs = (last?.StartTime?.getTime() ?? 0) >= Date.parse(startedAfter);
  // READY alone may be the moment before the crawl begins, or the end of an earlier one.
  if (crawler?.State !== 'READY' || !isOurs) {
    return {
      outcome: 'RUNNING' as const,
      startedAfter,
      message: crawler?.State ?? 'unknown',
    };
  }
  const succeeded = last?.Status === 'SUCCEEDED';
  return {
    outcome: succeeded ? ('SUCCEEDED' as const) : ('FAILED' as const),
    startedAfter,
    message: last?.ErrorMessage ?? last?.Status ?? 'no status',
  };
}
