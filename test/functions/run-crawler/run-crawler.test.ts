import {
  type Crawler,
  CrawlerRunningException,
  GetCrawlerCommand,
  GlueClient,
  StartCrawlerCommand,
  UpdateCrawlerCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { keys } from '../../../core/lake/keys.ts';
import { parseRequest, runCrawler } from '../../../functions/run-crawler/run-crawler.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import { day, errorOf, run, runOf, storeCommitMarker } from '../fixtures.ts';

const glue = new GlueClient({});
const mock = mockClient(glue);
beforeEach(() => mock.reset());

const at = (time: string) => new Date(`2026-11-21T${time}Z`);
const before = { Status: 'SUCCEEDED', StartTime: at('05:00:00') } as const;
const previousStart = before.StartTime.toISOString();

/** A lake in which these runs have committed, the last of them this one. */
function given(crawler: Crawler | undefined, ...committed: string[]) {
  const lake = createMemoryLake();
  for (const name of committed) storeCommitMarker(lake, runOf(name, day(-1)), []);
  mock.on(GetCrawlerCommand, { Name: 'curated' }).resolves(crawler ? { Crawler: crawler } : {});
  mock.on(StartCrawlerCommand).resolves({});
  const dependencies = { glue, crawlerName: 'curated', pollSeconds: 30, lake };
  return {
    lake,
    start: (always = false) => runCrawler({ action: 'START', run, always }, dependencies),
    check: (checks = 0) =>
      runCrawler({ action: 'CHECK', run, crawl: { previousStart, checks } }, dependencies),
  };
}

describe('Starting the crawler', () => {
  it('starts the one of the settings, and says when the crawl before began', async () => {
    const { start } = given({ State: 'READY', LastCrawl: before }, 'a');
    expect(await start()).toEqual({
      outcome: 'RUNNING',
      message: 'started',
      waitSeconds: 30,
      previousStart,
      checks: 0,
    });
    expect(mock.commandCalls(StartCrawlerCommand)[0]?.args[0].input).toEqual({ Name: 'curated' });
  });

  it('does nothing where every commit has been crawled, unless it must', async () => {
    const { start } = given({ State: 'READY' });
    expect((await start()).outcome).toBe('NOTHING_TO_CRAWL');
    expect(mock.commandCalls(StartCrawlerCommand)).toHaveLength(0);
    expect((await start(true)).outcome).toBe('RUNNING');
  });

  it('crawls everything for a rebuild, which takes up new columns, and new folders alone afterwards', async () => {
    const newFolders = { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' } as const;
    await given({ State: 'READY', RecrawlPolicy: newFolders }, 'a').start();
    expect(mock.commandCalls(UpdateCrawlerCommand)).toHaveLength(0);
    await given({ State: 'READY', RecrawlPolicy: newFolders }).start(true);
    const everything = { RecrawlBehavior: 'CRAWL_EVERYTHING' } as const;
    await given({ State: 'READY', RecrawlPolicy: everything }, 'a').start();
    expect(mock.commandCalls(UpdateCrawlerCommand).map(({ args }) => args[0].input)).toEqual([
      {
        Name: 'curated',
        RecrawlPolicy: everything,
        SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'LOG' },
      },
      {
        Name: 'curated',
        RecrawlPolicy: newFolders,
        SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' },
      },
    ]);
  });

  it('makes up for the crawl that an earlier run was cut before', async () => {
    const { start, lake } = given({ State: 'READY' }, 'cut', 'done');
    await lake.putJson(keys.crawled(keys.commitMarker(runOf('done', day(-1)))), {});
    expect((await start()).outcome).toBe('RUNNING');
    expect(lake.jsonOf(keys.crawl(run))).toEqual({
      commits: [keys.commitMarker(runOf('cut', day(-1)))],
    });
  });

  it('is busy where it already runs: that crawl may have passed our folders', async () => {
    for (const State of ['RUNNING', 'STOPPING'] as const) {
      expect(await errorOf(given({ State }, 'a').start())).toMatchObject({ name: 'CrawlerBusy' });
    }
    const { start } = given({ State: 'READY' }, 'a');
    const running = new CrawlerRunningException({ message: 'running', $metadata: {} });
    mock.on(StartCrawlerCommand).rejects(running);
    const error = await errorOf(start());
    expect(error).toMatchObject({ name: 'CrawlerBusy', transient: true, cause: running });
  });

  it('passes on what else may fail', async () => {
    const { start } = given({ State: 'READY' }, 'a');
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    mock.on(StartCrawlerCommand).rejects(denied);
    expect(await errorOf(start())).toBe(denied);
  });
});

describe('Checking the crawl', () => {
  it.each<[string, Crawler | undefined]>([
    ['while it runs', { State: 'RUNNING', LastCrawl: before }],
    ['while it stops', { State: 'STOPPING', LastCrawl: { StartTime: at('06:10:00') } }],
    [
      'before it begins, when the last crawl is the earlier one',
      { State: 'READY', LastCrawl: before },
    ],
    ['when Glue says nothing', undefined],
  ])('says RUNNING %s', async (_, crawler) => {
    expect(await given(crawler).check(3)).toMatchObject({
      outcome: 'RUNNING',
      previousStart,
      checks: 4,
      waitSeconds: 30,
    });
  });

  it.each(['05:00:01', '04:00:00', '06:11:00'])(
    "says SUCCEEDED of another crawl than the earlier one, whatever our clock says: Glue's %s",
    async (time) => {
      const last = { Status: 'SUCCEEDED' as const, StartTime: at(time) };
      const { check } = given({ State: 'READY', LastCrawl: last });
      expect(await check()).toMatchObject({ outcome: 'SUCCEEDED' });
    },
  );

  it('notes what the crawl covered, and no commit that came after it began', async () => {
    const crawler: Crawler = { State: 'READY', LastCrawl: before };
    const { start, check, lake } = given(crawler, 'a', 'b');
    await start();
    storeCommitMarker(lake, runOf('late', day(0)), []);
    const LastCrawl = { Status: 'SUCCEEDED' as const, StartTime: at('06:10:00') };
    mock.on(GetCrawlerCommand).resolves({ Crawler: { State: 'READY', LastCrawl } });
    expect((await check()).outcome).toBe('SUCCEEDED');
    expect(lake.keys().filter((key) => key.endsWith('/crawled.json'))).toEqual(
      ['a', 'b'].map((name) => keys.crawled(keys.commitMarker(runOf(name, day(-1))))),
    );
    mock.on(GetCrawlerCommand).resolves({ Crawler: crawler });
    expect((await start()).outcome).toBe('RUNNING');
  });

  it.each([
    [{ Status: 'FAILED', ErrorMessage: 'Access denied to curated/' }, 'Access denied to curated/'],
    [{ Status: 'CANCELLED' }, 'CANCELLED'],
    [{}, 'no status'],
  ] as const)('says FAILED when our crawl ended with %j, and why', async (last, message) => {
    const crawler = { State: 'READY', LastCrawl: { ...last, StartTime: at('06:10:01') } } as const;
    const { check, lake } = given(crawler, 'a');
    expect(await check()).toMatchObject({ outcome: 'FAILED', message });
    expect(lake.puts).toEqual([]);
  });

  it('says FAILED of a crawl that does not end', async () => {
    const { check } = given({ State: 'RUNNING' });
    expect(await check(119)).toMatchObject({
      outcome: 'FAILED',
      message: 'The crawl is not over after 120 checks: RUNNING',
    });
  });
});

describe('The event of RunCrawler', () => {
  it('says what to do', () => {
    expect(parseRequest({ run, action: 'START' })).toEqual({ run, action: 'START' });
    const crawl = { previousStart: null, checks: 0 };
    expect(parseRequest({ run, action: 'CHECK', crawl })).toEqual({ run, action: 'CHECK', crawl });
  });

  it.each([{}, { action: 'STOP' }, { action: 'CHECK' }, { action: 'CHECK', crawl: {} }])(
    'may not be %j',
    (event) => {
      expect(() => parseRequest({ run, ...event })).toThrow(/^RunCrawler: /);
    },
  );
});
