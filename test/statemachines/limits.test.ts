import { runStateMachine } from 'local-aws/step-functions/run-state-machine.ts';
import type { Fault } from 'spotify-mock/faults.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import {
  LOCAL_CLIENT_ID,
  LOCAL_CLIENT_SECRET,
  type SpotifyMock,
  startSpotify,
} from 'spotify-mock/server.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Manifest } from '../../core/lake/manifest.ts';
import { createHttp } from '../../core/spotify/client.ts';
import { retryPolicy } from '../../core/spotify/retry.ts';
import { createSpotifySource } from '../../core/spotify/source.ts';
import * as albumTracks from '../../functions/fetch-album-tracks/fetch-album-tracks.ts';
import * as token from '../../functions/fetch-token/fetch-token.ts';
import * as listing from '../../functions/list-new-releases/list-new-releases.ts';
import * as albumPlan from '../../functions/plan-albums/plan-albums.ts';
import { createAccessToken } from '../../functions/runtime/access-token.ts';
import * as batch from '../../functions/seal-raw-batch/seal-raw-batch.ts';
import { params } from '../../resources/settings/table.ts';
import { createMemoryLake } from '../fixtures/fake-lake.ts';
import { givenParameters, spotifyClient } from '../functions/fixtures.ts';
import { readDefinition } from './definition.ts';
import { taskNameOf } from './run-machine.ts';

const ALBUMS = 100;
const catalog = generateCatalog({ albums: ALBUMS, tracksPerAlbum: 10, seed: 1 });
const definition = readDefinition();
const defaults = params().default ?? {};

let spotify: SpotifyMock;
beforeAll(async () => {
  spotify = await startSpotify({ app: 'extended', catalog });
});
afterAll(() => spotify.close());

interface Settings {
  requests?: number;
  waitSeconds?: number;
}

/** One run of the state machine with its functions, at the defaults; its pauses alone take no time. */
async function run(faults: Fault[], settings: Settings = {}) {
  spotify.reset();
  spotify.setFaults({ seed: 0, faults });
  const lake = createMemoryLake();
  const { tokens } = givenParameters({
    'client-id': LOCAL_CLIENT_ID,
    'client-secret': LOCAL_CLIENT_SECRET,
  });
  const limits = {
    requests: settings.requests ?? Number(defaults.spotifyRequestsPerRun),
    waitSeconds: settings.waitSeconds ?? Number(defaults.spotifyLongestWaitSeconds),
  };
  const concurrency = Number(defaults.trackConcurrency);
  const source = createSpotifySource(
    spotifyClient(spotify.url, { retryPolicy, connections: concurrency }),
    { source: 'auto', style: 'offset', market: 'US' },
  );
  const fetching = { source, accessToken: createAccessToken(tokens), lake, limits };
  const accounts = {
    http: createHttp({ timeoutMs: 2_000 }),
    accountsUrl: spotify.url,
    timeoutMs: 2_000,
    retryPolicy: { ...retryPolicy, baseMs: 0 },
  };
  const tasks: Record<string, (input: unknown) => Promise<unknown>> = {
    fetchToken: (input) =>
      token.fetchToken(token.parseRequest(input), { tokens, lake, limits, accounts }),
    listNewReleases: (input) => listing.listNewReleases(listing.parseRequest(input), fetching),
    planAlbums: (input) =>
      albumPlan.planAlbums(albumPlan.parseRequest(input), {
        lake,
        format: source,
        settings: { refreshDays: 14, requestsPerRun: limits.requests },
      }),
    fetchAlbumTracks: (input) =>
      albumTracks.fetchAlbumTracks(albumTracks.parseRequest(input), {
        ...fetching,
        concurrency,
        remainingMs: () => 300_000,
      }),
    sealRawBatch: (input) =>
      batch.sealRawBatch(batch.parseRequest(input), { lake, format: source }),
    runCrawler: async () => ({ outcome: 'SUCCEEDED' }),
  };
  const start = performance.now();
  const execution = await runStateMachine(
    definition,
    'run-1',
    {},
    {
      waitMs: 0,
      retryMs: 0,
      callTask: async (resource, input) => tasks[taskNameOf(resource)]?.(input),
    },
  );
  const seconds = (performance.now() - start) / 1_000;
  const key = lake.keys().find((each) => each.endsWith('/manifest.json'));
  const manifest: Manifest | undefined = key && lake.jsonOf(key);
  const { token: tokenRequests, ...api } = spotify.requests.byEndpoint;
  const stored = catalog.albums.filter(({ id }) => lake.keys().includes(keys.albumTracks(id)));
  // Whatever failed, the run counts what the API saw.
  if (manifest) {
    expect(manifest.counts).toMatchObject({
      requests: api['new-releases'] + api.search + api['album-tracks'],
      tokenRequests,
      requestsUnconfirmed: 0,
      loaded: stored.length,
    });
  }
  return { execution, manifest, seconds, tokenRequests, trackRequests: api['album-tracks'] };
}

const always = { at: 0, times: 1_000_000 };
const reasons = (manifest?: Manifest) => [
  ...new Set(manifest?.missing.map(({ reason }) => reason)),
];

describe('A run of 100 albums at the defaults', () => {
  it('makes 2 + 100 requests where nothing fails', async () => {
    const { manifest, trackRequests, tokenRequests } = await run([]);
    expect(manifest).toMatchObject({ status: 'COMPLETE', counts: { loaded: 100, requests: 102 } });
    expect({ trackRequests, tokenRequests }).toEqual({ trackRequests: 100, tokenRequests: 1 });
  });

  it.each(['internal-error', 'bad-gateway'] as const)(
    'makes 30 requests at the most to a service with nothing but %s',
    async (kind) => {
      const { execution, manifest, trackRequests } = await run([
        { kind, endpoint: 'album-tracks', ...always },
      ]);
      expect(trackRequests).toBeLessThanOrEqual(30);
      expect(manifest).toMatchObject({ status: 'PARTIAL', counts: { loaded: 0, missing: ALBUMS } });
      expect(execution).toMatchObject({ status: 'FAILED', error: 'ServiceUnavailable' });
    },
  );

  it('makes 10 requests for tokens and 20 for tracks at the most where no token is accepted', async () => {
    const { manifest, trackRequests, tokenRequests } = await run([
      { kind: 'token-expiry', endpoint: 'album-tracks', ...always },
    ]);
    expect(trackRequests).toBeLessThanOrEqual(20);
    expect(tokenRequests).toBeLessThanOrEqual(10);
    expect(reasons(manifest)).toEqual(['AccessTokenRejected']);
    expect(manifest).toMatchObject({ status: 'PARTIAL', counts: { missing: ALBUMS } });
  });

  it('makes 10 requests for tokens at the most to an accounts service that is down', async () => {
    const down: Fault = { kind: 'bad-gateway', endpoint: 'token', ...always };
    const { execution, tokenRequests, trackRequests } = await run([down]);
    expect(tokenRequests).toBeLessThanOrEqual(10);
    expect(trackRequests).toBe(0);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'ServiceUnavailable' });
  });

  it('makes 10 more at the most where that goes down in the middle, and keeps what is loaded', async () => {
    const { manifest, tokenRequests, trackRequests } = await run([
      { kind: 'token-expiry', endpoint: 'album-tracks', at: 40, times: 1 },
      { kind: 'bad-gateway', endpoint: 'token', at: 1, times: 1_000_000 },
    ]);
    expect(tokenRequests).toBeLessThanOrEqual(11);
    expect(trackRequests).toBeLessThanOrEqual(45);
    expect(manifest?.counts.loaded).toBeGreaterThanOrEqual(38);
    expect(reasons(manifest)).toEqual(['ServiceUnavailable']);
  });

  it('makes no request for tracks where the quota is used up in the listing', async () => {
    const { manifest, trackRequests } = await run([
      { kind: 'quota', endpoint: 'listing', at: 1, times: 1 },
    ]);
    expect(trackRequests).toBe(0);
    expect(reasons(manifest)).toEqual(['QuotaExhausted']);
    expect(manifest).toMatchObject({ status: 'DEFERRED', counts: { listed: 50, missing: 50 } });
  });
});

it('A budget of 20 is 20 requests at the most, retries and tokens included', async () => {
  const { manifest, trackRequests, tokenRequests } = await run(
    [{ kind: 'internal-error', endpoint: 'album-tracks', ...always }],
    { requests: 20 },
  );
  expect(2 + trackRequests + tokenRequests).toBeLessThanOrEqual(20);
  expect(manifest?.missing).toHaveLength(ALBUMS);
});

it('A Retry-After of a second for ever ends with the seconds of the run, all the rest DEFERRED', async () => {
  const waitSeconds = 3;
  const { manifest, seconds } = await run(
    [{ kind: 'rate-limit', endpoint: 'album-tracks', at: 30, times: 1_000_000, retryAfter: 1 }],
    { waitSeconds },
  );
  expect(manifest?.counts.waitedSeconds).toBeLessThanOrEqual(waitSeconds);
  // A busy machine is slow in its own work, which the limit is not about.
  expect(seconds).toBeLessThanOrEqual(waitSeconds * 1.1 + 3);
  expect(reasons(manifest)).toEqual(['RateLimited']);
  expect(manifest).toMatchObject({ status: 'DEFERRED', counts: { loaded: 30, deferred: 70 } });
});
