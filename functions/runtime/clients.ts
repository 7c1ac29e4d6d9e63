import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createLake } from '../../core/lake/lake.ts';
import { createHttp, createSpotifyClient, parseBaseUrl } from '../../core/spotify/client.ts';
import { createPacer } from '../../core/spotify/pacer.ts';
import { PAGING_STYLES, SOURCES } from '../../core/spotify/paging.ts';
import { retryPolicy } from '../../core/spotify/retry.ts';
import { createSpotifySource } from '../../core/spotify/source.ts';
import { numberOf, oneOf, required, requiredNumber } from './env.ts';
import { createTokenStore } from './token-store.ts';

/**
 * What functions are connected to, out of their environment. The SDK owns the retries of AWS calls:
 * three attempts, each with a timeout; nothing above it repeats a single call.
 */
const aws = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

export const connectLake = () => createLake(new S3Client(aws), required('LAKE_BUCKET'));

export const connectTokenStore = () =>
  createTokenStore(new SSMClient(aws), required('SPOTIFY_PARAMETERS'));

export const connectGlue = () => ({
  glue: new GlueClient(aws),
  crawlerName: required('CRAWLER_NAME'),
  pollSeconds: numberOf('CRAWLER_POLL_SECONDS', 30, 1),
});

const timeoutMs = () => numberOf('SPOTIFY_TIMEOUT_SECONDS', 10, 1) * 1_000;

/** The Web API, with the rate and the connections of a function that runs alone in its run. */
export const connectSource = () =>
  createSpotifySource(
    createSpotifyClient({
      apiUrl: parseBaseUrl('SPOTIFY_API_URL', required('SPOTIFY_API_URL')),
      timeoutMs: timeoutMs(),
      retryPolicy,
      // Nothing but a setting may say how fast to call: a default would be a guess at somebody's quota.
      pacer: createPacer(1_000 / requiredNumber('SPOTIFY_REQUESTS_PER_SECOND', 0.01)),
      connections: trackConcurrency(),
    }),
    {
      source: oneOf('SPOTIFY_SOURCE', ['auto', ...SOURCES]),
      style: oneOf('SPOTIFY_PAGINATION', PAGING_STYLES),
      market: process.env.SPOTIFY_MARKET?.trim() || 'US',
    },
  );

/** The accounts service, the only one that gets the client secret. */
export const connectAccounts = () => ({
  http: createHttp(timeoutMs()),
  accountsUrl: parseBaseUrl('SPOTIFY_ACCOUNTS_URL', required('SPOTIFY_ACCOUNTS_URL')),
  timeoutMs: timeoutMs(),
  retryPolicy,
});

/** Albums at a time. */
export const trackConcurrency = () => Math.floor(numberOf('SPOTIFY_CONCURRENCY', 1, 1));

const requestsPerRun = () => numberOf('SPOTIFY_REQUESTS_PER_RUN', 1_000, 1);

export const runLimits = () => ({
  requests: requestsPerRun(),
  waitSeconds: numberOf('SPOTIFY_LONGEST_WAIT_SECONDS', 900, 0),
});

export const planSettings = () => ({
  refreshDays: numberOf('ALBUM_REFRESH_DAYS', 14, 0),
  requestsPerRun: requestsPerRun(),
});
