import { retryPolicy } from '../../../core/spotify/retry.ts';
import {
  connectAccounts,
  connectGlue,
  connectLake,
  connectSpotify,
  connectTokenStore,
  listingSettings,
  planSettings,
} from '../../../functions/runtime/clients.ts';
import { closeServersAfterEach, serveReplies } from '../fixtures.ts';

closeServersAfterEach();

const names = /^(SPOTIFY_|LAKE_|CRAWLER_|ALBUM_)/;
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (names.test(name)) delete process.env[name];
  process.env.AWS_REGION = 'us-east-1';
});

const refusal = (message: string) => expect.objectContaining({ name: 'InvalidInput', message });

describe('The settings', () => {
  it('have defaults that ask little of Spotify', () => {
    expect(listingSettings()).toEqual({
      source: 'auto',
      style: 'offset',
      market: 'US',
      requestsPerRun: 1_000,
      longestWaitSeconds: 900,
    });
    expect(planSettings()).toEqual({ refreshDays: 14, requestsPerRun: 1_000, concurrency: 1 });
  });

  it('come from the environment', () => {
    Object.assign(process.env, {
      SPOTIFY_SOURCE: 'search',
      SPOTIFY_PAGINATION: 'next',
      SPOTIFY_MARKET: ' SE ',
      SPOTIFY_REQUESTS_PER_RUN: '50',
      SPOTIFY_LONGEST_WAIT_SECONDS: '0',
      SPOTIFY_CONCURRENCY: '3',
      ALBUM_REFRESH_DAYS: '0',
    });
    expect(listingSettings()).toEqual({
      source: 'search',
      style: 'next',
      market: 'SE',
      requestsPerRun: 50,
      longestWaitSeconds: 0,
    });
    expect(planSettings()).toEqual({ refreshDays: 0, requestsPerRun: 50, concurrency: 3 });
  });

  it.each([
    ['SPOTIFY_SOURCE', 'both', listingSettings],
    ['SPOTIFY_PAGINATION', 'cursor', listingSettings],
    ['SPOTIFY_REQUESTS_PER_RUN', '0', listingSettings],
    ['SPOTIFY_LONGEST_WAIT_SECONDS', '-1', listingSettings],
    ['ALBUM_REFRESH_DAYS', 'two', planSettings],
    ['SPOTIFY_CONCURRENCY', '0', planSettings],
  ])('%s may not be %j', (name, value, read) => {
    process.env[name] = value;
    expect(read).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(name) }),
    );
  });
});

describe('A connection', () => {
  it.each([
    ['LAKE_BUCKET', connectLake],
    ['SPOTIFY_PARAMETERS', connectTokenStore],
    ['CRAWLER_NAME', connectGlue],
    ['SPOTIFY_API_URL', connectSpotify],
    ['SPOTIFY_ACCOUNTS_URL', connectAccounts],
  ])('without %s says so', (name, connect) => {
    expect(connect).toThrow(
      refusal(`The environment variable ${name} is missing: see function.yml`),
    );
  });

  it('to Spotify goes to https alone', () => {
    process.env.SPOTIFY_API_URL = 'http://api.spotify.com';
    expect(connectSpotify).toThrow(
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

  it('to Spotify takes its part of the rate that all environments share', async () => {
    const server = await serveReplies({ body: {} });
    process.env.SPOTIFY_API_URL = server.url;
    process.env.SPOTIFY_REQUESTS_PER_SECOND = '50';
    process.env.SPOTIFY_CONCURRENCY = '4';
    const spotify = connectSpotify();
    const begin = performance.now();
    for (let i = 0; i < 3; i++) await spotify.get('/v1/x', 'BQ');
    // 4 environments at 50 requests a second in all: one each 80 ms.
    expect(performance.now() - begin).toBeGreaterThanOrEqual(240);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });
});
