// npm run bench:ingest: the batch's requests on the local stage, beside their floor and beside one
// request after another, all in the same run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readService } from 'local-aws/service/service.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import {
  LOCAL_CLIENT_ID,
  LOCAL_CLIENT_SECRET,
  type SpotifyOptions,
  startSpotify,
} from 'spotify-mock/server.ts';
import { NOTHING_USED } from '../../core/allowance.ts';
import { createSpotifyClient } from '../../core/spotify/client.ts';
import { albumList, albumTracks, pathAt } from '../../core/spotify/paging.ts';
import { retryPolicy } from '../../core/spotify/retry.ts';
import { renderTable } from '../../core/terminal/table.ts';
import { packageService } from '../../local/packaging.ts';
import { type Stage, startStage } from '../../local/stage.ts';

const root = resolve(import.meta.dirname, '../..');
const LATENCY_MS = 80;
const ALBUMS = 100;
const PAGES = 2;
const REQUESTS = ALBUMS + PAGES;
const spotify: SpotifyOptions = {
  app: 'extended',
  catalog: generateCatalog({ albums: ALBUMS, tracksPerAlbum: 10, seed: 1 }),
  latencyMs: LATENCY_MS,
};

interface Ingest {
  seconds: number;
  connections: { listing: number; tracks: number };
  tooMany: number;
  requests: number;
}

/** One run over an empty lake; the time from the first listing request to the last album's tracks. */
async function ingest(stage: Stage, name: string): Promise<Ingest> {
  stage.emptyLake();
  stage.spotify.reset();
  let start = 0;
  let seconds = 0;
  const opened = { before: 0, listed: 0, fetched: 0 };
  const execution = await stage.runBatch(name, {
    onEvent: ({ type, state }) => {
      if (type === 'entered' && state === 'ListNewReleases' && start === 0) {
        start = performance.now();
        opened.before = stage.spotify.connections;
      }
      if (type === 'entered' && state === 'FetchAlbumTracks' && opened.listed === 0) {
        opened.listed = stage.spotify.connections;
      }
      if (type === 'exited' && state === 'FetchAlbumTracks') {
        seconds = (performance.now() - start) / 1_000;
        opened.fetched = stage.spotify.connections;
      }
    },
  });
  if (execution.status !== 'SUCCEEDED') throw new Error(`${execution.error}: ${execution.cause}`);
  const { byEndpoint, byStatus } = stage.spotify.requests;
  return {
    seconds,
    connections: {
      listing: opened.listed - opened.before,
      tracks: opened.fetched - opened.listed,
    },
    tooMany: byStatus['429'] ?? 0,
    requests: byEndpoint['new-releases'] + byEndpoint['album-tracks'],
  };
}

async function withStage<T>(
  params: string[],
  options: SpotifyOptions,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const service = readService(await packageService(root, { params }));
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const stage = await startStage({ service, folder, spotify: options });
  try {
    return await work(stage);
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true });
  }
}

/** An account that counts nothing: the client alone is measured. */
const UNLIMITED = {
  ready: async () => false,
  spend: <T>(_kind: string, make: () => Promise<T>) => make(),
  pause: () => true,
  end: () => {},
  ended: undefined,
  save: async () => {},
};

/** The same requests by the same client, one after another on one kept-alive connection. */
async function oneAfterAnother(): Promise<number> {
  const fakeKinesis = await startSpotify(spotify);
  const response = await fetch(`${fakeKinesis.url}/api/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${LOCAL_CLIENT_ID}:${LOCAL_CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const client = createSpotifyClient({
    apiUrl: fakeKinesis.url,
    timeoutMs: 10_000,
    retryPolicy,
    pacer: { turn: async () => {} },
  });
  const allowance = {
    ...UNLIMITED,
    usage: NOTHING_USED,
  };
  const access = { accessToken: token, allowance };
  const start = performance.now();
  const list = albumList('new-releases', 'US');
  for (let page = 0; page < PAGES; page++) await client.get(pathAt(list, page * 50), access);
  for (const { id } of spotify.catalog.albums) await client.get(pathAt(albumTracks(id), 0), access);
  const seconds = (performance.now() - start) / 1_000;
  await fakeKinesis.close();
  return seconds;
}

const CONCURRENCY = 10;
const RATE = 10;
const round = (value: number) => value.toFixed(2);
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

const sequential = await oneAfterAnother();

// Listing is one page after another; then the albums, CONCURRENCY at a time.
const floor = ((PAGES + Math.ceil(ALBUMS / CONCURRENCY)) * LATENCY_MS) / 1_000;
const unlimited = await withStage(
  [`trackConcurrency=${CONCURRENCY}`, 'spotifyRequestsPerSecond=10000'],
  spotify,
  async (stage) => {
    const cold = await ingest(stage, 'cold');
    const warm = [];
    for (let n = 0; n < 5; n++) warm.push(await ingest(stage, `warm-${n}`));
    return { cold, seconds: median(warm.map(({ seconds }) => seconds)) };
  },
);
console.log(`${ALBUMS} albums, ${LATENCY_MS} ms a request, ${CONCURRENCY} albums at a time\n`);
console.log(
  renderTable(
    ['', 'seconds', 'to the floor', 'to one after another'],
    [
      ['floor', floor],
      ['ingest, warm environments (median of 5)', unlimited.seconds],
      ['ingest, cold environments', unlimited.cold.seconds],
      ['one after another, kept alive', sequential],
    ].map(([name, seconds]) => [
      name,
      round(Number(seconds)),
      `${round(Number(seconds) / floor)} x`,
      `${round(Number(seconds) / sequential)} x`,
    ]),
  ),
);
const { listing, tracks } = unlimited.cold.connections;
console.log(`connections opened: ${tracks} for the tracks, ${listing} for the listing\n`);

const rateFloor = REQUESTS / RATE;
const limited = await withStage(
  [`spotifyRequestsPerSecond=${RATE}`],
  { ...spotify, rateLimit: { requests: RATE, windowSeconds: 1 } },
  async (stage) => ({
    cold: await ingest(stage, 'cold'),
    warm: await ingest(stage, 'warm'),
  }),
);
console.log(`The same with a mock server that allows ${RATE} requests a second\n`);
console.log(
  renderTable(
    ['', 'seconds', 'to the floor', 'requests', 'responses of 429'],
    [
      ['floor', round(rateFloor), '1.00 x', REQUESTS, 0],
      ...Object.entries(limited).map(([name, { seconds, requests, tooMany }]) => [
        `ingest, ${name} environments`,
        round(seconds),
        `${round(seconds / rateFloor)} x`,
        requests,
        tooMany,
      ]),
    ],
  ),
);
