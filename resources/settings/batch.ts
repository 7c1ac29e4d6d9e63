// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { flag, integer, number, oneOf, serviceUrl, text, timezone } from './rules.ts';
import type { Settings } from './setting.ts';

/** Where `npm start` serves; while it does not, a port on which nothing answers. */
export const served = (name: string, otherwise = 'http://127.0.0.1:9') =>
  `\${file(\${param:folder, '.local'}/endpoints.json):${name}, '${otherwise}'}`;

export const batch = {
  schedule: {
    default: 'cron(0 6 * * ? *)',
    rule: text(/^(cron|rate|at)\(.+\)$/, 'cron(…), rate(…) or at(…)'),
    meaning: 'When the batch starts',
  },
  scheduleTimezone: { default: 'UTC', rule: timezone, meaning: 'Time zone of `schedule`' },
  scheduleEnabled: {
    default: true,
    stages: { dev: false },
    rule: flag,
    meaning: 'Whether the schedule starts runs',
  },
  spotifySource: {
    default: 'auto',
    rule: oneOf('auto', 'new-releases', 'search'),
    meaning: '`auto` tries `new-releases` and uses `search` where that is forbidden',
  },
  spotifyMarket: {
    default: 'US',
    rule: text(/^[A-Z]{2}$/, 'two capital letters like US'),
    meaning: 'Country of the search, ISO 3166-1 alpha-2',
  },
  spotifyPagination: {
    default: 'offset',
    rule: oneOf('offset', 'next'),
    meaning: '`offset`, or `next` to follow the links in the responses, on the API’s own host only',
  },
  spotifyRequestsPerSecond: {
    default: 4,
    stages: { local: 100 },
    rule: number(0.01, 100_000),
    meaning: 'Requests a second over all functions',
  },
  spotifyRequestsPerRun: {
    default: 1000,
    rule: integer(1, 1_000_000),
    meaning: 'Requests of a run, retries and tokens included; the rest is DEFERRED to the next run',
  },
  spotifyTimeoutSeconds: {
    default: 10,
    rule: number(1, 60),
    meaning: 'Seconds for one request',
  },
  spotifyLongestWaitSeconds: {
    default: 900,
    rule: integer(0, 21_600),
    meaning: 'Seconds that a run waits for rate limits in total before it defers the rest',
  },
  trackConcurrency: { default: 2, rule: integer(1, 40), meaning: 'Albums at a time' },
  trackReservedConcurrency: {
    default: undefined,
    rule: integer(1, 1000),
    shown: 'none',
    meaning: 'Executions that Lambda reserves: [why none](decisions/no-reserved-concurrency.md)',
  },
  albumRefreshDays: {
    default: 14,
    rule: integer(0, 3650),
    meaning: 'Days until a loaded album is fetched again',
  },
  spotifyParameters: {
    default: '/tributary/${sls:stage}/spotify',
    rule: text(/^(\/[\w.-]+)+$/, 'a path like /tributary/dev/spotify'),
    meaning: 'Folder of `client-id`, `client-secret` and `access-token` in Parameter Store',
  },
  spotifyApiUrl: {
    default: 'https://api.spotify.com',
    stages: { local: served('spotify') },
    rule: serviceUrl,
    shown: 'Spotify’s own',
    meaning: 'The only host that receives the token',
  },
  spotifyAccountsUrl: {
    default: 'https://accounts.spotify.com',
    stages: { local: served('spotifyAccounts') },
    rule: serviceUrl,
    shown: 'Spotify’s own',
    meaning: 'The only host that receives the secret',
  },
  crawlerPollSeconds: {
    default: 30,
    stages: { local: 1 },
    rule: integer(1, 600),
    meaning: 'Seconds between polls of the crawler',
  },
} satisfies Settings;
