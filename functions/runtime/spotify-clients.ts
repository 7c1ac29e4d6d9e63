import { SSMClient } from '@aws-sdk/client-ssm';
import { createHttp, createSpotifyClient, parseBaseUrl } from '../../core/spotify/client.ts';
import { createPacer } from '../../core/spotify/pacer.ts';
import { PAGING_STYLES, SOURCES } from '../../core/spotify/paging.ts';
import { retryPolicy } from '../../core/spotify/retry.ts';
import { createSpotifySource } from '../../core/spotify/source.ts';
import { awsOptions } from './aws-options.ts';
import { numberOf, oneOf, required, requiredNumber } from './env.ts';
import { trackConcurrency } from './run-settings.ts';
import { createTokenStore } from './token-store.ts';

export const connectTokenStore = () =>
  createTokenStore(new SSMClient(awsOptions), required('SPOTIFY_PARAMETERS'));

const timeoutMs = () => numberOf('SPOTIFY_TIMEOUT_SECONDS', 10, 1) * 1_000;

/** As Node's own clients have it: only where it is switched on, which AWS does not. */
const proxyEnv = () => (process.env.NODE_USE_ENV_PROXY === '1' ? process.env : undefined);

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
      proxyEnv: proxyEnv(),
    }),
    {
      source: oneOf('SPOTIFY_SOURCE', ['auto', ...SOURCES]),
      style: oneOf('SPOTIFY_PAGINATION', PAGING_STYLES),
      market: process.env.SPOTIFY_MARKET?.trim() || 'US',
    },
  );

/** The accounts service, the only one that gets the client secret. */
export const connectAccounts = () => ({
  http: createHttp({ timeoutMs: timeoutMs(), proxyEnv: proxyEnv() }),
  accountsUrl: parseBaseUrl('SPOTIFY_ACCOUNTS_URL', required('SPOTIFY_ACCOUNTS_URL')),
  timeoutMs: timeoutMs(),
  retryPolicy,
});
