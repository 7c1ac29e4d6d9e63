import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { runStateMachine } from 'local-aws/step-functions/run-state-machine.ts';
import { readDefinition } from './definition.ts';

const definition = readDefinition();

type Step = (input: Input) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: the state machine knows no types
type Input = any;

const fail =
  (name: string, message = 'what happened') =>
  () => {
    throw new FunctionError(name, message);
  };

const counts = { listed: 2, loaded: 2 };
const listed = {
  pages: 1,
  expected: 2,
  requests: 1,
  waitedSeconds: 0,
  source: 'search',
  cursor: null,
};

/** What each function answers on a good day; the list of answers is used up, its last one stays. */
const goodDay: Record<string, Step[]> = {
  fetchToken: [({ token }) => ({ expiresAt: 'T1', renewals: token.renewals })],
  listNewReleases: [() => ({ ...listed, outcome: 'DONE', waitSeconds: 0 })],
  planAlbums: [
    () => ({
      albums: [
        { albumId: 'a', totalTracks: 12 },
        { albumId: 'b', totalTracks: 1 },
      ],
      refreshBefore: 'R',
      concurrency: 1,
    }),
  ],
  fetchAlbumTracks: [
    ({ fetched }) => ({ outcome: 'LOADED', tracks: 1, requests: fetched.requests + 1 }),
  ],
  sealRawBatch: [() => ({ manifestKey: 'M', status: 'COMPLETE', counts })],
  transformBatch: [() => ({ rows: {} })],
  runCrawler: [
    () => ({ outcome: 'RUNNING', startedAfter: 'S', message: 'started', waitSeconds: 1 }),
    () => ({ outcome: 'SUCCEEDED', startedAfter: 'S', message: 'SUCCEEDED', waitSeconds: 1 }),
  ],
  recordRun: [() => ({ status: 'COMPLETE' })],
  'sns:publish': [() => ({})],
};

async function run(changes: Record<string, Step[]> = {}, input: unknown = {}) {
  const steps: Record<string, Step[]> = { ...goodDay, ...changes };
  const used = new Map<string, number>();
  const calls: { name: string; input: Input }[] = [];
  const waits: unknown[] = [];
  const execution = await runStateMachine(definition, 'run-1', input, {
    waitMs: 0,
    retryMs: 0,
    onEvent: ({ type, stateType, state }) => {
      if (type === 'entered' && stateType === 'Wait') waits.push(state);
    },
    async callTask(resource, taskInput) {
      const name = resource.endsWith('sns:publish')
        ? 'sns:publish'
        : (resource.split(':').at(-1) as string);
      calls.push({ name, input: taskInput });
      const answers = steps[name] ?? [];
      const n = used.get(name) ?? 0;
      used.set(name, n + 1);
      await new Promise((resolve) => setTimeout(resolve, 2)); // as long as any real call
      return (answers[n] ?? answers.at(-1))?.(taskInput);
    },
  });
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
      'fetchAlbumTracks',
      'sealRawBatch',
      'transformBatch',
      'runCrawler',
      'runCrawler',
      'recordRun',
    ]);
    const [{ run: of }] = inputsOf('recordRun');
    expect(of).toEqual({ runId: 'run-1', startedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(inputsOf('fetchAlbumTracks')[0]).toEqual({
      run: of,
      token: { expiresAt: 'T1', renewals: 0 },
      albumId: 'a',
      totalTracks: 12,
      refreshBefore: 'R',
      fetched: { waitedSeconds: 0, requests: 0 },
    });
    expect(inputsOf('sealRawBatch')[0].tracks).toEqual([
      { albumId: 'a', requests: 1 },
      { albumId: 'b', requests: 1 },
    ]);
    expect(inputsOf('runCrawler')).toEqual([
      { run: of, action: 'START' },
      { run: of, action: 'CHECK', startedAfter: 'S' },
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
      listNewReleases: [outcome('MORE'), outcome('RATE_LIMITED'), outcome('DONE')],
    });
    expect(inputsOf('listNewReleases').map(({ listing }) => listing.pages)).toEqual([0, 1, 2]);
    expect(waits).toEqual(['WaitForRateLimit', 'WaitForCrawler']);
  });

  it.each(['QUOTA_EXHAUSTED', 'BUDGET_SPENT'])('plans what is listed after %s', async (outcome) => {
    const { execution, inputsOf } = await run({
      listNewReleases: [() => ({ ...listed, outcome, waitSeconds: 0 })],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('planAlbums')[0].listing.outcome).toBe(outcome);
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
        ({ listing }) => ({ ...listing, pages: 1, outcome: 'MORE' }),
        fail('ServiceUnavailable'),
      ],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('listNewReleases')).toHaveLength(4);
    expect(inputsOf('planAlbums')[0].listing).toMatchObject({
      pages: 1,
      stopped: { Error: 'ServiceUnavailable' },
    });
  });

  it('fails where nothing at all could be listed', async () => {
    const { execution, inputsOf, names } = await run({
      listNewReleases: [fail('EndpointNotAllowed', '403')],
      planAlbums: [() => ({ albums: [], refreshBefore: 'R', concurrency: 1 })],
      sealRawBatch: [() => ({ manifestKey: 'M', counts: { listed: 0, loaded: 0 } })],
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'EndpointNotAllowed' });
    expect(inputsOf('recordRun')[0].error.Error).toBe('EndpointNotAllowed');
    expect(names).not.toContain('transformBatch');
  });

  it('neither transforms nor crawls where nothing loaded', async () => {
    const { execution, names } = await run({
      planAlbums: [() => ({ albums: [], refreshBefore: 'R', concurrency: 1 })],
      sealRawBatch: [() => ({ manifestKey: 'M', counts: { listed: 2, loaded: 0 } })],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(names.slice(-2)).toEqual(['sealRawBatch', 'recordRun']);
  });
});

describe('An album', () => {
  const loaded = goodDay.fetchAlbumTracks ?? [];

  it('that cannot be had is noted, and the others come', async () => {
    const { execution, inputsOf } = await run({
      fetchAlbumTracks: [fail('ResourceNotFound'), ...loaded],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('sealRawBatch')[0].tracks).toEqual([
      { albumId: 'a', reason: 'ResourceNotFound' },
      { albumId: 'b', requests: 1 },
    ]);
  });

  it.each(['ServiceUnavailable', 'IncompleteTracks'])('is tried again after %s', async (name) => {
    const { inputsOf } = await run({ fetchAlbumTracks: [fail(name), ...loaded] });
    expect(inputsOf('fetchAlbumTracks').map(({ albumId }) => albumId)).toEqual(['a', 'a', 'b']);
    expect(inputsOf('sealRawBatch')[0].tracks[0]).toEqual({ albumId: 'a', requests: 1 });
  });

  it('that is rate limited waits and goes on, and remembers what it cost', async () => {
    const limited = () => ({
      outcome: 'RATE_LIMITED',
      requests: 2,
      waitedSeconds: 7,
      waitSeconds: 7,
    });
    const { inputsOf, waits } = await run({ fetchAlbumTracks: [limited, ...loaded] });
    expect(waits[0]).toBe('WaitForAlbumRateLimit');
    expect(inputsOf('fetchAlbumTracks')[1]).toMatchObject({
      albumId: 'a',
      fetched: { requests: 2, waitedSeconds: 7 },
    });
    expect(inputsOf('sealRawBatch')[0].tracks[0]).toEqual({ albumId: 'a', requests: 3 });
  });

  it('that meets an expired token goes through FetchToken and on with the new one', async () => {
    const { inputsOf, names } = await run({
      fetchToken: [
        () => ({ expiresAt: 'T1', renewals: 0 }),
        () => ({ expiresAt: 'T2', renewals: 1 }),
      ],
      fetchAlbumTracks: [fail('AccessTokenExpired'), ...loaded],
    });
    expect(names.filter((name) => name === 'fetchToken')).toHaveLength(2);
    expect(inputsOf('fetchToken')[1].token).toEqual({ expiresAt: 'T1', renewals: 0 });
    expect(inputsOf('fetchAlbumTracks')[1]).toMatchObject({
      albumId: 'a',
      token: { expiresAt: 'T2', renewals: 1 },
    });
  });

  it('is missing where no token is accepted any more', async () => {
    const { inputsOf } = await run({
      fetchToken: [() => ({ expiresAt: 'T1', renewals: 0 }), fail('AccessTokenRejected')],
      fetchAlbumTracks: [fail('AccessTokenExpired'), ...loaded],
    });
    expect(inputsOf('sealRawBatch')[0].tracks[0]).toEqual({
      albumId: 'a',
      reason: 'AccessTokenRejected',
    });
  });

  it('that meets the end of the quota stops the others, and the run seals what there is', async () => {
    const albums = Array.from({ length: 20 }, (_, i) => ({ albumId: `album${i}`, totalTracks: 1 }));
    const { execution, inputsOf } = await run({
      planAlbums: [() => ({ albums, refreshBefore: 'R', concurrency: 1 })],
      fetchAlbumTracks: [...loaded, fail('QuotaExhausted')],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('sealRawBatch')[0].tracks.Error).toBe('QuotaExhausted');
    expect(inputsOf('fetchAlbumTracks')).toHaveLength(2);
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
    ['recordRun', 'Sandbox.Timedout'],
  ])('of %s is recorded, told, and ends the run with its name', async (name, error) => {
    const { execution, inputsOf } = await run({ [name]: [fail(error, 'why')] });
    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(JSON.parse(execution.cause ?? '').errorMessage).toBe('why');
    const record = inputsOf('recordRun').at(-1);
    expect(record).toMatchObject({ run: { runId: 'run-1' }, error: { Error: error } });
    const [{ Message: message }] = inputsOf('sns:publish');
    expect(message).toMatch(new RegExp(`^Run run-1 failed: {"Error":"${error}","Cause":.*why.*}$`));
  });

  it('of the crawl ends the run with what Glue says, and tells it', async () => {
    const { execution, inputsOf } = await run({
      runCrawler: [
        goodDay.runCrawler?.[0] as Step,
        () => ({ outcome: 'FAILED', startedAfter: 'S', message: 'Access denied', waitSeconds: 1 }),
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

  it('is told although it cannot be recorded, and stands although it cannot be told', async () => {
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
  const done = goodDay.runCrawler?.[1] as Step;

  it('that works for somebody else is waited for, and started again afterwards', async () => {
    const { execution, inputsOf } = await run({
      runCrawler: [fail('CrawlerBusy'), fail('CrawlerBusy'), start, done],
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputsOf('runCrawler').map(({ action }) => action)).toEqual([
      'START',
      'START',
      'START',
      'CHECK',
    ]);
  });

  it('is looked at until its crawl is done', async () => {
    const { waits } = await run({ runCrawler: [start, start, start, done] });
    expect(waits).toEqual(['WaitForCrawler', 'WaitForCrawler', 'WaitForCrawler']);
  });
});

describe('A manifest that loaded by another way', () => {
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
