import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { readDefinition } from './definition.ts';
import { isOtherInterpreter, openInterpreter } from './interpreter.ts';

const definition = readDefinition();

let interpreter: Awaited<ReturnType<typeof openInterpreter>>;
beforeAll(async () => {
  interpreter = await openInterpreter();
});
afterAll(() => interpreter.close());

/** What MiniStack cannot show: it goes on with a Map that has failed, and keeps no history of its items. */
const itHere = isOtherInterpreter ? it.skip : it;

type Step = (input: Input) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: the state machine knows no types
type Input = any;

const fail =
  (name: string, message = 'what happened') =>
  () => {
    throw new FunctionError(name, message);
  };

const counts = { listed: 2, loaded: 2 };
const listed = { calls: 1, pages: 1, expected: 2, source: 'search', cursor: null };
const done = { outcome: 'DONE', waitSeconds: 0, stoppedBy: null };
const issued = { outcome: 'ISSUED', waitSeconds: 0, reason: null };
const fetched = { outcome: 'DONE', waitSeconds: 0, reason: null, planned: 2, done: 2, albums: [] };
const planned = {
  groups: [{ group: 0 }],
  planned: 2,
  listed: 2,
  skipped: 0,
  notPlanned: 0,
  damaged: [],
};
const nothingPlanned = { ...planned, groups: [], planned: 0 };
const crawl = { waitSeconds: 1, previousStart: null, checks: 0 };

/** What each function returns on a good day; the results are used up one by one, the last one stays. */
const goodDay: Record<string, Step[]> = {
  fetchToken: [({ token }) => ({ ...issued, expiresAt: 'T1', renewals: token.renewals })],
  listNewReleases: [() => ({ ...listed, ...done })],
  planAlbums: [() => planned],
  fetchAlbumTracks: [() => fetched],
  sealRawBatch: [() => ({ manifestKey: 'M', status: 'COMPLETE', counts })],
  transformBatch: [() => ({ rows: {} })],
  runCrawler: [
    () => ({ ...crawl, outcome: 'RUNNING', message: 'started' }),
    () => ({ ...crawl, outcome: 'SUCCEEDED', message: 'SUCCEEDED' }),
  ],
  recordRun: [() => ({ status: 'COMPLETE' })],
  'sns:publish': [() => ({})],
};

async function run(changes: Record<string, Step[]> = {}, input: unknown = {}) {
  const steps: Record<string, Step[]> = { ...goodDay, ...changes };
  const used = new Map<string, number>();
  const calls: { name: string; input: Input }[] = [];
  const { execution, waits } = await interpreter.run(
    definition,
    'run-1',
    input,
    async (name, taskInput) => {
      calls.push({ name, input: taskInput });
      const results = steps[name] ?? [];
      const n = used.get(name) ?? 0;
      used.set(name, n + 1);
      return (results[n] ?? results.at(-1))?.(taskInput);
    },
  );
  return {
    execution,
    calls,
    waits,
    names: calls.map(({ name }) => name),
    inputsOf: (name: string) => calls.filter((call) => call.name === name).map((c) => c.input),
  };
}

describe('A run', () => {
  it('goes from the token to the row of the run', async () => {
    const { execution, names, inputsOf } = await run();
    expect(execution.status).toBe('SUCCEEDED');
    expect(names).toEqual([
      'fetchToken',
      'listNewReleases',
      'planAlbums',
      'fetchAlbumTracks',
      'sealRawBatch',
      'transformBatch',
      'runCrawler',
      'runCrawler',
      'recordRun',
    ]);
    const [{ run: of }] = inputsOf('recordRun');
    expect(of).toEqual({ runId: 'run-1', startedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    const token = { ...issued, expiresAt: 'T1', renewals: 0 };
    expect(inputsOf('fetchAlbumTracks')[0]).toEqual({ run: of, token, group: 0 });
    expect(inputsOf('sealRawBatch')[0]).toEqual({ run: of, tracks: [{ group: 0, done: 2 }] });
    expect(inputsOf('runCrawler')).toEqual([
      { run: of, action: 'START', always: false },
      { run: of, action: 'CHECK', crawl: { ...crawl, outcome: 'RUNNING', message: 'started' } },
    ]);
  });

  it('lists page after page, and waits where Spotify says so', async () => {
    const outcome = (name: string) => (input: Input) => ({
      ...input.listing,
      pages: input.listing.pages + 1,
      outcome: name,
      waitSeconds: 7,
    });
    const { waits, inputsOf } = await run({
      listNewReleases: [outcome('MORE'), outcome('WAIT'), outcome('DONE')],
    });
    expect(inputsOf('listNewReleases').map(({ listing }) => listing.pages)).toEqual([0, 1, 2]);
    expect(waits).toEqual(['WaitForRateLimit', 'WaitForCrawler']);
  });

  it('gets another token where the listing meets an expired one, and goes on', async () => {
    const { names, inputsOf } = await run({
      listNewReleases: [fail('AccessTokenExpired'), ...(goodDay.listNewReleases ?? [])],
    });
    expect(names.slice(0, 4)).toEqual([
      'fetchToken',
      'listNewReleases',
      'fetchToken',
      'listNewReleases',
    ]);
    expect(inputsOf('fetchToken')[1].token.expiresAt).toBe('T1');
  });

  it('goes on with what is listed where the service fails, and says what stopped it', async () => {
    const { execution, inputsOf } = await run({
      listNewReleases: [
        ({ listing }) => ({ ...listing, ...done, pages: 1, outcome: 'MORE' }),
        fail('ServiceUnavailable'),
      ],
    });
    expect(execution.status).toBe('SUCCEEDED');
    // One more call after a pause: the client has made its own attempts before.
    expect(inputsOf('listNewReleases')).toHaveLength(3);
    expect(inputsOf('planAlbums')[0].listing).toMatchObject({
      pages: 1,
      stopped: { Error: 'ServiceUnavailable' },
    });
  });

  it('fails where nothing at all could be listed', async () => {
    const { execution, inputsOf, names } = await run({
      listNewReleases: [fail('EndpointNotAllowed', '403')],
      planAlbums: [() => nothingPlanned],
      sealRawBatch: [() => ({ manifestKey: 'M', counts: { listed: 0, loaded: 0 } })],
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'EndpointNotAllowed' });
    expect(inputsOf('recordRun')[0].error.Error).toBe('EndpointNotAllowed');
    expect(names).not.toContain('transformBatch');
  });

  it('fails where none of many albums could be loaded', async () => {
    const failure = { Error: 'ServiceUnavailable', Cause: 'None of 100 albums' };
    const { execution, names } = await run({
      sealRawBatch: [() => ({ manifestKey: 'M', counts: { listed: 2, loaded: 0 }, failure })],
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'ServiceUnavailable' });
    expect(names.slice(-2)).toEqual(['recordRun', 'sns:publish']);
  });

  it('does not transform where nothing was loaded, and crawls what an earlier run left', async () => {
    const empty = {
      planAlbums: [() => nothingPlanned],
      sealRawBatch: [() => ({ manifestKey: 'M', counts: { listed: 2, loaded: 0 } })],
    };
    const nothing = () => ({ ...crawl, outcome: 'NOTHING_TO_CRAWL', message: '' });
    const quiet = await run({ ...empty, runCrawler: [nothing] });
    expect(quiet.execution.status).toBe('SUCCEEDED');
    expect(quiet.names.slice(-3)).toEqual(['sealRawBatch', 'runCrawler', 'recordRun']);
    expect(quiet.names).not.toContain('fetchAlbumTracks');
    const due = await run(empty);
    expect(due.names.slice(-3)).toEqual(['runCrawler', 'runCrawler', 'recordRun']);
  });
});

describe('The token', () => {
  const wait = ({ token }: Input) => ({
    ...token,
    outcome: 'WAIT',
    waitSeconds: 9,
    reason: 'RateLimited',
  });
  const limit = ({ token }: Input) => ({
    ...token,
    outcome: 'LIMIT_REACHED',
    waitSeconds: 0,
    reason: 'QuotaExhausted',
  });

  it('is waited for as long as the accounts service asks', async () => {
    const { execution, waits, names } = await run({
      fetchToken: [wait, ...(goodDay.fetchToken ?? [])],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(waits[0]).toBe('WaitForToken');
    expect(names.slice(0, 3)).toEqual(['fetchToken', 'fetchToken', 'listNewReleases']);
  });

  it('that a limit withholds defers the run, which has its manifest', async () => {
    const { execution, names, inputsOf } = await run({
      fetchToken: [limit],
      planAlbums: [() => nothingPlanned],
      sealRawBatch: [() => ({ manifestKey: 'M', counts: { listed: 0, loaded: 0 } })],
      runCrawler: [() => ({ ...crawl, outcome: 'NOTHING_TO_CRAWL', message: '' })],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(names).toEqual(['fetchToken', 'planAlbums', 'sealRawBatch', 'runCrawler', 'recordRun']);
    expect(inputsOf('planAlbums')[0].token.reason).toBe('QuotaExhausted');
  });

  it('that cannot be renewed in mid-listing leaves what is listed', async () => {
    const { execution, inputsOf, names } = await run({
      fetchToken: [...(goodDay.fetchToken ?? []), fail('AccessTokenRejected')],
      listNewReleases: [
        ({ listing }) => ({ ...listing, ...done, pages: 1, outcome: 'MORE' }),
        fail('AccessTokenExpired'),
      ],
      planAlbums: [() => nothingPlanned],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('planAlbums')[0]).toMatchObject({
      token: { stopped: { Error: 'AccessTokenRejected' } },
      listing: { pages: 1 },
    });
    expect(names).not.toContain('fetchAlbumTracks');
  });

  itHere(
    'that cannot be renewed among the albums leaves what is loaded, and ends the Map',
    async () => {
      for (const [end, reason] of [
        [fail('AccessTokenRejected'), 'AccessTokenRejected'],
        [limit, 'QuotaExhausted'],
      ] as const) {
        const { execution, inputsOf, names } = await run({
          planAlbums: [() => ({ ...planned, groups: [{ group: 0 }, { group: 1 }] })],
          fetchToken: [...(goodDay.fetchToken ?? []), end],
          fetchAlbumTracks: [() => ({ ...fetched, outcome: 'TOKEN_EXPIRED' })],
        });
        expect(execution.status).toBe('SUCCEEDED');
        expect(names.filter((name) => name === 'fetchAlbumTracks')).toHaveLength(1);
        expect(inputsOf('sealRawBatch')[0].tracks.Error).toBe(reason);
      }
    },
  );

  itHere('is waited for among the albums, too', async () => {
    const { waits, inputsOf } = await run({
      fetchToken: [...(goodDay.fetchToken ?? []), wait, ...(goodDay.fetchToken ?? [])],
      fetchAlbumTracks: [() => ({ ...fetched, outcome: 'TOKEN_EXPIRED' }), () => fetched],
    });
    expect(waits[0]).toBe('WaitForRenewal');
    expect(inputsOf('sealRawBatch')[0].tracks).toEqual([{ group: 0, done: 2 }]);
  });
});

describe('The albums', () => {
  const then = (outcome: string) => () => ({ ...fetched, outcome, waitSeconds: 7 });

  itHere('come call after call, with the waits that Spotify asks for', async () => {
    const { execution, waits, names } = await run({
      fetchAlbumTracks: [then('MORE'), then('WAIT'), then('DONE')],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(names.filter((name) => name === 'fetchAlbumTracks')).toHaveLength(3);
    expect(waits).toEqual(['WaitForAlbums', 'WaitForCrawler']);
  });

  it('get another token where theirs expired', async () => {
    const { inputsOf } = await run({
      fetchToken: [
        ...(goodDay.fetchToken ?? []),
        () => ({ ...issued, expiresAt: 'T2', renewals: 1 }),
      ],
      fetchAlbumTracks: [then('TOKEN_EXPIRED'), then('DONE')],
    });
    expect(inputsOf('fetchToken')[1].token).toMatchObject({ expiresAt: 'T1', renewals: 0 });
    expect(inputsOf('fetchAlbumTracks')[1].token).toMatchObject({ expiresAt: 'T2', renewals: 1 });
  });

  it('come group after group', async () => {
    const groups = [{ group: 0 }, { group: 1 }, { group: 2 }];
    const { inputsOf } = await run({ planAlbums: [() => ({ ...planned, groups })] });
    expect(inputsOf('fetchAlbumTracks').map(({ group }) => group)).toEqual([0, 1, 2]);
    expect(inputsOf('sealRawBatch')[0].tracks).toHaveLength(3);
  });

  itHere.each<[string, Step, string]>([
    ['a limit', () => ({ ...fetched, outcome: 'STOPPED', reason: 'RateLimited' }), 'RateLimited'],
    ['our own fault', fail('TypeError'), 'TypeError'],
  ])(
    'that meet %s end the Map at once, and the run seals what there is',
    async (_, step, error) => {
      const groups = Array.from({ length: 20 }, (__, group) => ({ group }));
      const { execution, inputsOf } = await run({
        planAlbums: [() => ({ ...planned, groups })],
        fetchAlbumTracks: [() => fetched, step],
      });
      expect(execution.status).toBe('SUCCEEDED');
      expect(inputsOf('sealRawBatch')[0].tracks.Error).toBe(error);
      expect(inputsOf('fetchAlbumTracks')).toHaveLength(2);
    },
  );

  it('leave no more in the state than a count for each group', async () => {
    const albums = Array.from({ length: 500 }, (_, i) => ({
      albumId: `a${i}`.padEnd(22, 'x'),
      tracks: 12,
    }));
    const groups = Array.from({ length: 40 }, (_, group) => ({ group }));
    const { execution } = await run({
      planAlbums: [() => ({ ...planned, groups })],
      fetchAlbumTracks: [() => ({ ...fetched, albums })],
    });
    expect(JSON.stringify(execution.output).length).toBeLessThan(5_000);
  });
});

describe("AWS's own hiccups", () => {
  const hiccups = [
    'AwsUnavailable',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
  ];
  const tasks = [
    'fetchToken',
    'listNewReleases',
    'planAlbums',
    'fetchAlbumTracks',
    'sealRawBatch',
    'transformBatch',
    'runCrawler',
    'recordRun',
  ];

  it.each(tasks)('are retried six times by %s, whatever their name', async (name) => {
    for (const [i, hiccup] of hiccups.entries()) {
      const times = i === 0 ? 6 : 1;
      const { execution } = await run({
        [name]: [...Array.from({ length: times }, () => fail(hiccup)), ...(goodDay[name] ?? [])],
      });
      expect(`${hiccup}: ${execution.status}`).toBe(`${hiccup}: SUCCEEDED`);
    }
  });
});

describe('A failure', () => {
  it.each([
    ['fetchToken', 'InvalidCredentials'],
    ['listNewReleases', 'InvalidInput'],
    ['planAlbums', 'RawDataMissing'],
    ['sealRawBatch', 'RawDataMissing'],
    ['transformBatch', 'RawDataMissing'],
    ['runCrawler', 'AccessDeniedException'],
    ['recordRun', 'RawDataMissing'],
  ])('of %s is recorded, notified, and ends the run with its name', async (name, error) => {
    const { execution, inputsOf } = await run({ [name]: [fail(error, 'why')] });
    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(JSON.parse(execution.cause ?? '').errorMessage).toBe('why');
    const record = inputsOf('recordRun').at(-1);
    expect(record).toMatchObject({ run: { runId: 'run-1' }, error: { Error: error } });
    const [{ Message: message }] = inputsOf('sns:publish');
    expect(message).toMatch(new RegExp(`^Run run-1 failed: {"Error":"${error}","Cause":.*why.*}$`));
  });

  it('of the crawl ends the run with what Glue says, and notifies', async () => {
    const { execution, inputsOf } = await run({
      runCrawler: [
        goodDay.runCrawler?.[0] as Step,
        () => ({ ...crawl, outcome: 'FAILED', message: 'Access denied' }),
      ],
    });
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'CrawlFailed',
      cause: 'Access denied',
    });
    expect(inputsOf('sns:publish')[0].Message).toBe(
      'Run run-1 failed: {"Error":"CrawlFailed","Cause":"Access denied"}',
    );
  });

  it('is notified although it cannot be recorded, and stays although nobody can be notified', async () => {
    const { execution, names } = await run({
      planAlbums: [fail('RawDataMissing')],
      recordRun: [fail('ServiceUnavailable')],
      'sns:publish': [fail('SNS.InternalErrorException')],
    });
    expect(names).toContain('sns:publish');
    expect(execution).toMatchObject({ status: 'FAILED', error: 'RawDataMissing' });
  });

  it('that passes is tried again', async () => {
    const { execution, names } = await run({
      transformBatch: [fail('Lambda.ServiceException'), ...(goodDay.transformBatch ?? [])],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(names.filter((name) => name === 'transformBatch')).toHaveLength(2);
  });

  it('that does not pass is not', async () => {
    const { names } = await run({ transformBatch: [fail('RawDataMissing')] });
    expect(names.filter((name) => name === 'transformBatch')).toHaveLength(1);
  });
});

describe('The crawler', () => {
  const start = goodDay.runCrawler?.[0] as Step;
  const end = goodDay.runCrawler?.[1] as Step;

  it('that is busy is waited for, and started again afterwards', async () => {
    const { execution, inputsOf } = await run({
      runCrawler: [fail('CrawlerBusy'), fail('CrawlerBusy'), start, end],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('runCrawler').map(({ action }) => action)).toEqual([
      'START',
      'START',
      'START',
      'CHECK',
    ]);
  });

  it('is checked until its crawl is done', async () => {
    const { waits } = await run({ runCrawler: [start, start, start, end] });
    expect(waits).toEqual(['WaitForCrawler', 'WaitForCrawler', 'WaitForCrawler']);
  });
});

describe('A manifest that was uploaded', () => {
  const event = {
    detail: { bucket: { name: 'lake' }, object: { key: 'raw/manifests/x/manifest.json' } },
  };

  it('starts at the transform', async () => {
    const { execution, names, inputsOf } = await run({}, event);
    expect(execution.status).toBe('SUCCEEDED');
    expect(names).toEqual(['transformBatch', 'runCrawler', 'runCrawler', 'recordRun']);
    expect(inputsOf('transformBatch')[0].manifestKey).toBe('raw/manifests/x/manifest.json');
    expect(inputsOf('recordRun')[0].manifestKey).toBe('raw/manifests/x/manifest.json');
  });

  it('that is none fails as a run does', async () => {
    const { execution, inputsOf } = await run({ transformBatch: [fail('InvalidInput')] }, event);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
    expect(inputsOf('sns:publish')).toHaveLength(1);
  });
});

describe('A rebuild', () => {
  const rebuild = { since: '2026-11-01', table: 'tracks' };
  const rebuilt = (outcome: string, runs: number) => () => ({ outcome, rebuilt: runs });

  it('goes on until it is done, and then crawls in any case', async () => {
    const { execution, names, inputsOf } = await run(
      { transformBatch: [rebuilt('MORE', 1), rebuilt('DONE', 2)] },
      { rebuild },
    );
    expect(execution.status).toBe('SUCCEEDED');
    expect(names).toEqual(['transformBatch', 'transformBatch', 'runCrawler', 'runCrawler']);
    const of = { runId: 'run-1', startedAt: expect.any(String) };
    expect(inputsOf('transformBatch')[1]).toEqual({ run: of, rebuild });
    expect(inputsOf('runCrawler')[0].always).toBe(true);
  });

  it('of nothing crawls nothing', async () => {
    const { names } = await run({ transformBatch: [rebuilt('DONE', 0)] }, { rebuild: {} });
    expect(names).toEqual(['transformBatch']);
  });

  it('that fails is recorded and notified as a run', async () => {
    const { execution, names } = await run(
      { transformBatch: [fail('InvalidInput')] },
      { rebuild: { since: 'x' } },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
    expect(names).toEqual(['transformBatch', 'recordRun', 'sns:publish']);
  });
});
