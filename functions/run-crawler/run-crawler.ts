import {
  type Crawler,
  CrawlerRunningException,
  GetCrawlerCommand,
  type GlueClient,
  StartCrawlerCommand,
  UpdateCrawlerCommand,
} from '@aws-sdk/client-glue';
import pMap from 'p-map';
import * as z from 'zod';
import { CrawlerBusy } from '../../core/errors.ts';
import { S3_CONCURRENCY, uncrawledCommits } from '../../core/lake/earlier-runs.ts';
import { keys, type Run } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { runSchema } from '../../core/lake/manifest.ts';
import { getIfThere } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';

const requestSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('START'),
    run: runSchema,
    /** Crawls everything although every commit has been crawled: a rebuild has changed tables in place. */
    always: z.optional(z.boolean()),
  }),
  z.object({
    action: z.literal('CHECK'),
    run: runSchema,
    crawl: z.object({ previousStart: z.nullable(z.string()), checks: z.int() }),
  }),
]);
export type RunCrawlerRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'RunCrawler');

/** RUNNING: check again after `waitSeconds`. The others are the end of our crawl. */
export interface Crawl {
  outcome: 'NOTHING_TO_CRAWL' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  message: string;
  waitSeconds: number;
  /** When the crawl before ours began, by Glue's own clock. */
  previousStart: string | null;
  checks: number;
}

interface Dependencies {
  glue: GlueClient;
  crawlerName: string;
  pollSeconds: number;
  lake: Lake;
}

/** An hour at half a minute each. A crawl of five folders takes minutes. */
const MOST_CHECKS = 120;

/** What the template says: a crawl adds partitions, and takes up no column of a table that there is. */
const NEW_FOLDERS = {
  RecrawlPolicy: { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' },
  SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' },
} as const;
/** For a rebuild: columns that were added since appear in all partitions. */
const EVERYTHING = {
  RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVERYTHING' },
  SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'LOG' },
} as const;

const commitsSchema = z.object({ commits: z.array(z.string()) });

/**
 * Starts the crawler where something was committed since the last successful crawl, or says how the crawl
 * is. Throws CrawlerBusy where it already runs: that crawl may have passed our folders before the files
 * were stored, so it has to be started again afterwards.
 */
export async function runCrawler(
  request: RunCrawlerRequest,
  dependencies: Dependencies,
): Promise<Crawl> {
  return request.action === 'START'
    ? startCrawl(request, dependencies)
    : checkCrawl(request, dependencies);
}

async function startCrawl(
  { run, always }: Extract<RunCrawlerRequest, { action: 'START' }>,
  { glue, crawlerName: Name, pollSeconds: waitSeconds, lake }: Dependencies,
): Promise<Crawl> {
  const none = { waitSeconds, previousStart: null, checks: 0 };
  const commits = await uncrawledCommits(lake);
  if (commits.length === 0 && !always) {
    return { ...none, outcome: 'NOTHING_TO_CRAWL', message: 'every commit has been crawled' };
  }
  const { Crawler: before } = await glue.send(new GetCrawlerCommand({ Name }));
  if (before?.State !== 'READY') throw new CrawlerBusy(`The crawler ${Name} is ${before?.State}`);
  const policies = always ? EVERYTHING : NEW_FOLDERS;
  // The crawl before may have been one of the other kind; a crawler that names none is the template's.
  const { RecrawlBehavior } = before.RecrawlPolicy ?? NEW_FOLDERS.RecrawlPolicy;
  if (RecrawlBehavior !== policies.RecrawlPolicy.RecrawlBehavior) {
    await glue.send(new UpdateCrawlerCommand({ Name, ...policies }));
  }
  // What is committed after this may be missed by the crawl.
  await lake.putJson(keys.crawl(run), { commits });
  try {
    await glue.send(new StartCrawlerCommand({ Name }));
  } catch (error) {
    if (!(error instanceof CrawlerRunningException)) throw error;
    throw new CrawlerBusy(`The crawler ${Name} is at an earlier crawl`, { cause: error });
  }
  return { ...none, outcome: 'RUNNING', message: 'started', previousStart: startOf(before) };
}

async function checkCrawl(
  { run, crawl }: Extract<RunCrawlerRequest, { action: 'CHECK' }>,
  { glue, crawlerName: Name, pollSeconds: waitSeconds, lake }: Dependencies,
): Promise<Crawl> {
  const { Crawler: crawler } = await glue.send(new GetCrawlerCommand({ Name }));
  const progress = { ...crawl, checks: crawl.checks + 1, waitSeconds };
  // READY alone may be the moment before the crawl begins, or the end of an earlier one.
  const isOver = crawler?.State === 'READY' && startOf(crawler) !== crawl.previousStart;
  if (!isOver && progress.checks < MOST_CHECKS) {
    return { ...progress, outcome: 'RUNNING', message: crawler?.State ?? 'unknown' };
  }
  const { Status, ErrorMessage } = (isOver && crawler?.LastCrawl) || {};
  const message = isOver
    ? (ErrorMessage ?? Status ?? 'no status')
    : `The crawl is not over after ${progress.checks} checks: ${crawler?.State}`;
  if (Status !== 'SUCCEEDED') return { ...progress, outcome: 'FAILED', message };
  await noteCrawled(lake, run);
  return { ...progress, outcome: 'SUCCEEDED', message };
}

const startOf = (crawler: Crawler): string | null =>
  crawler.LastCrawl?.StartTime?.toISOString() ?? null;

/** From now on these commits are in the catalogue. */
async function noteCrawled(lake: Lake, run: Run): Promise<void> {
  const stored = await getIfThere(lake, keys.crawl(run));
  const { commits } = parseAs(commitsSchema, stored ?? { commits: [] }, keys.crawl(run));
  await pMap(commits, (key) => lake.putJson(keys.crawled(key), { by: run }), {
    concurrency: S3_CONCURRENCY,
  });
}
