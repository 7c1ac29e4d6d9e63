import { numberOf } from './env.ts';

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
