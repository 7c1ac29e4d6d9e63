import { retryPolicy } from '../../../core/spotify/retry.ts';
import { connectGlue } from '../../../functions/runtime/glue-client.ts';
import { connectLake } from '../../../functions/runtime/lake-client.ts';
import {
  planSettings,
  runLimits,
  trackConcurrency,
} from '../../../functions/runtime/run-settings.ts';
import {
  connectAccounts,
  connectSource,
  connectTokenStore,
} from '../../../functions/runtime/spotify-clients.ts';
import { accessOf, closeServersAfterEach, page, serveReplies } from '../fixtures.ts';

closeServersAfterEach();

const names = /^(SPOTIFY_|LAKE_|CRAWLER_|ALBUM_)/;
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (names.test(name)) delete process.env[name];
  process.env.AWS_REGION = 'us-east-1';
});

const refusal = (message: string) => expect.objectContaining({ name: 'InvalidInput', message });

describe('The settings', () => {
  it('have defaults that ask little of Spotify', () => {
    expect(runLimits()).toEqual({ requests: 1_000, waitSeconds: 900 });
    expect(planSettings()).toEqual({ refreshDays: 14, requestsPerRun: 1_000 });
    expect(trackConcurrency()).toBe(1);
  });

  it('come from the environment', () => {
    Object.assign(process.env, {
      SPOTIFY_REQUESTS_PER_RUN: '50',
      SPOTIFY_LONGEST_WAIT_SECONDS: '0',
      SPOTIFY_CONCURRENCY: '3',
      ALBUM_REFRESH_DAYS: '0',
    });
    expect(runLimits()).toEqual({ requests: 50, waitSeconds: 0 });
    expect(planSettings()).toEqual({ refreshDays: 0, requestsPerRun: 50 });
    expect(trackConcurrency()).toBe(3);
  });

  it.each([
    ['SPOTIFY_SOURCE', 'both', connectSource],
    ['SPOTIFY_PAGINATION', 'cursor', connectSource],
    ['SPOTIFY_REQUESTS_PER_SECOND', '0', connectSource],
    ['SPOTIFY_REQUESTS_PER_RUN', '0', runLimits],
    ['SPOTIFY_LONGEST_WAIT_SECONDS', '-1', runLimits],
    ['ALBUM_REFRESH_DAYS', 'two', planSettings],
    ['SPOTIFY_CONCURRENCY', '0', trackConcurrency],
  ])('%s may not be %j', (name, value, read) => {
    process.env.SPOTIFY_API_URL = 'https://api.spotify.com';
    process.env.SPOTIFY_REQUESTS_PER_SECOND = '4';
    process.env[name] = value;
    expect(read).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(name) }),
    );
  });

  it('say how fast to call: there is no default for that', () => {
    process.env.SPOTIFY_API_URL = 'https://api.spotify.com';
    expect(connectSource).toThrow(
      refusal('The environment variable SPOTIFY_REQUESTS_PER_SECOND is missing: see function.yml'),
    );
  });
});

describe('A connection', () => {
  it.each([
    ['LAKE_BUCKET', connectLake],
    ['SPOTIFY_PARAMETERS', connectTokenStore],
    ['CRAWLER_NAME', connectGlue],
    ['SPOTIFY_API_URL', connectSource],
    ['SPOTIFY_ACCOUNTS_URL', connectAccounts],
  ])('without %s says so', (name, connect) => {
    expect(connect).toThrow(
      refusal(`The environment variable ${name} is missing: see function.yml`),
    );
  });

  it('to Spotify goes to https alone', () => {
    process.env.SPOTIFY_API_URL = 'http://api.spotify.com';
    expect(connectSource).toThrow(
      refusal('SPOTIFY_API_URL must be an https URL such as https://api.spotify.com'),
    );
  });

  it('to the crawler says how often to look', () => {
    process.env.CRAWLER_NAME = 'curated';
    expect(connectGlue()).toMatchObject({ crawlerName: 'curated', pollSeconds: 30 });
    process.env.CRAWLER_POLL_SECONDS = '5';
    expect(connectGlue().pollSeconds).toBe(5);
  });

  it('to the accounts has the timeout and the retries of the product', () => {
    process.env.SPOTIFY_ACCOUNTS_URL = 'https://accounts.spotify.com/';
    process.env.SPOTIFY_TIMEOUT_SECONDS = '3';
    expect(connectAccounts()).toMatchObject({
      accountsUrl: 'https://accounts.spotify.com',
      timeoutMs: 3_000,
      retryPolicy,
    });
  });

  it('to Spotify keeps the rate, however many albums come at a time', async () => {
    const server = await serveReplies({ body: page([]) });
    process.env.SPOTIFY_API_URL = server.url;
    process.env.SPOTIFY_REQUESTS_PER_SECOND = '20';
    process.env.SPOTIFY_CONCURRENCY = '4';
    const source = connectSource();
    const begin = performance.now();
    const album = { albumId: 'a', totalTracks: 0 };
    await Promise.all(Array.from({ length: 5 }, () => source.getTracks(accessOf('BQ'), album)));
    expect(performance.now() - begin).toBeGreaterThanOrEqual(240);
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(server.connections).toBeLessThanOrEqual(4);
  });
});
