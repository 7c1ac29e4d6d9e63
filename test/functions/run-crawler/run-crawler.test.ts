import {
  type Crawler,
  CrawlerRunningException,
  GetCrawlerCommand,
  GlueClient,
  StartCrawlerCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { parseRequest, runCrawler } from '../../../functions/run-crawler/run-crawler.ts';
import { errorOf } from '../fixtures.ts';

const glue = new GlueClient({});
const mock = mockClient(glue);
beforeEach(() => mock.reset());

const NOW = Date.parse('2026-11-21T06:10:00.700Z');
const startedAfter = '2026-11-21T06:09:59.000Z';
const dependencies = { glue, crawlerName: 'curated', pollSeconds: 30, clock: () => NOW };
const at = (time: string) => new Date(`2026-11-21T${time}Z`);

const check = (crawler: Crawler | undefined) => {
  mock.on(GetCrawlerCommand, { Name: 'curated' }).resolves(crawler ? { Crawler: crawler } : {});
  return runCrawler({ action: 'CHECK', startedAfter }, dependencies);
};

describe('Starting the crawler', () => {
  it('starts the one of the settings, and says after which second its crawl begins', async () => {
    mock.on(StartCrawlerCommand).resolves({});
    expect(await runCrawler({ action: 'START' }, dependencies)).toEqual({
      outcome: 'RUNNING',
      startedAfter,
      message: 'started',
      waitSeconds: 30,
    });
    expect(mock.commandCalls(StartCrawlerCommand)[0]?.args[0].input).toEqual({ Name: 'curated' });
  });

  it('is busy where it already runs: that crawl may have passed our folders', async () => {
    const running = new CrawlerRunningException({ message: 'running', $metadata: {} });
    mock.on(StartCrawlerCommand).rejects(running);
    const error = await errorOf(runCrawler({ action: 'START' }, dependencies));
    expect(error).toMatchObject({ name: 'CrawlerBusy', transient: true, cause: running });
  });

  it('passes on what else may fail', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    mock.on(StartCrawlerCommand).rejects(denied);
    expect(await errorOf(runCrawler({ action: 'START' }, dependencies))).toBe(denied);
  });
});

describe('Checking the crawl', () => {
  it.each<[string, Crawler | undefined]>([
    ['while it runs', { State: 'RUNNING' }],
    ['while it stops', { State: 'STOPPING', LastCrawl: { StartTime: at('06:10:00') } }],
    ['before it begins, when the crawler is ready still', { State: 'READY' }],
    [
      'while the last crawl is an earlier one, be it a success',
      { State: 'READY', LastCrawl: { Status: 'SUCCEEDED', StartTime: at('06:09:58') } },
    ],
    [
      'while the last crawl is an earlier one that failed',
      { State: 'READY', LastCrawl: { Status: 'FAILED', StartTime: at('05:00:00') } },
    ],
    ['when Glue tells no start', { State: 'READY', LastCrawl: { Status: 'SUCCEEDED' } }],
    [
      'while it runs again after a success of ours',
      { State: 'RUNNING', LastCrawl: { Status: 'SUCCEEDED', StartTime: at('06:10:01') } },
    ],
    ['when Glue tells nothing', undefined],
  ])('says RUNNING %s', async (_, crawler) => {
    expect(await check(crawler)).toMatchObject({
      outcome: 'RUNNING',
      startedAfter,
      waitSeconds: 30,
    });
  });

  it.each(['06:09:59', '06:10:00', '06:11:00'])(
    'says SUCCEEDED of a crawl since ours began, at %s',
    async (time) => {
      const last = { Status: 'SUCCEEDED' as const, StartTime: at(time) };
      expect(await check({ State: 'READY', LastCrawl: last })).toMatchObject({
        outcome: 'SUCCEEDED',
      });
    },
  );

  it.each([
    [{ Status: 'FAILED', ErrorMessage: 'Access denied to curated/' }, 'Access denied to curated/'],
    [{ Status: 'CANCELLED' }, 'CANCELLED'],
    [{}, 'no status'],
  ] as const)('says FAILED of ours that ended with %j, and why', async (last, message) => {
    const crawler = { State: 'READY', LastCrawl: { ...last, StartTime: at('06:10:01') } } as const;
    expect(await check(crawler)).toMatchObject({ outcome: 'FAILED', message });
  });
});

describe('The event of RunCrawler', () => {
  it('says what to do', () => {
    expect(parseRequest({ run: {}, action: 'START' })).toEqual({ action: 'START' });
    expect(parseRequest({ action: 'CHECK', startedAfter })).toEqual({
      action: 'CHECK',
      startedAfter,
    });
  });

  it.each([{}, { action: 'STOP' }, { action: 'CHECK' }, { action: 'CHECK', startedAfter: 'soon' }])(
    'may not be %j',
    (event) => {
      expect(() => parseRequest(event)).toThrow(/^RunCrawler: /);
    },
  );
});
