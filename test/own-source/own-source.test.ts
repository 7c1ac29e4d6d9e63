import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { runStateMachine } from 'local-aws/step-functions/run-state-machine.ts';
import type { keys } from '../../core/lake/keys.ts';
import * as fetchAlbums from '../../functions/fetch-album-tracks/fetch-album-tracks.ts';
import * as list from '../../functions/list-new-releases/list-new-releases.ts';
import * as plan from '../../functions/plan-albums/plan-albums.ts';
import * as record from '../../functions/record-run/record-run.ts';
import * as seal from '../../functions/seal-raw-batch/seal-raw-batch.ts';
import * as transform from '../../functions/transform-batch/transform-batch.ts';
import { createMemoryLake, type FakeLake } from '../fixtures/fake-lake.ts';
import { readDefinition } from '../statemachines/definition.ts';
import { type RecordShop, type Release, startRecordShop } from './record-shop.ts';
import { createRecordShopSource, recordShopFormat } from './record-shop-source.ts';

// The worked example of docs/own-source.md: another paged API through the same functions, the same
// lake and the state machine that is deployed. Nothing here imports core/spotify.

const API_KEY = 'key-of-the-shop';

const release = (n: number, songs: number): Release => ({
  slug: `release-${n}`,
  title: `Release ${n}`,
  released: '2026-11-20',
  by: [{ id: `band-${n % 2}`, name: `Band ${n % 2}` }],
  songs: Array.from({ length: songs }, (_, i) => ({
    code: `song-${n}-${i}`,
    title: `Song ${i}`,
    seconds: 180 + i,
  })),
});
const releases = [release(1, 3), release(2, 1), release(3, 5)];

let shop: RecordShop;
let lake: FakeLake;
beforeEach(async () => {
  shop = await startRecordShop(releases, API_KEY);
  lake = createMemoryLake();
});
afterEach(() => shop.close());

/** The functions of the batch with the shop instead of Spotify, by the names of the definition. */
function functionsOf(source: ReturnType<typeof createRecordShopSource>) {
  const accessToken = { use: <T>(_: string, work: (key: string) => Promise<T>) => work(API_KEY) };
  const limits = { requests: 100, waitSeconds: 60 };
  const format = recordShopFormat;
  const settings = { refreshDays: 14, requestsPerRun: limits.requests };
  const tables = { lake, format };
  const calls: Record<string, (event: unknown) => Promise<unknown>> = {
    fetchToken: async () => ({
      outcome: 'ISSUED',
      expiresAt: '2099-01-01T00:00:00.000Z',
      renewals: 0,
      waitSeconds: 0,
      reason: null,
    }),
    listNewReleases: (event) =>
      list.listNewReleases(list.parseRequest(event), { source, accessToken, lake, limits }),
    planAlbums: (event) => plan.planAlbums(plan.parseRequest(event), { ...tables, settings }),
    fetchAlbumTracks: (event) =>
      fetchAlbums.fetchAlbumTracks(fetchAlbums.parseRequest(event), {
        ...{ source, accessToken, lake, limits, concurrency: 2 },
        remainingMs: () => 300_000,
      }),
    sealRawBatch: (event) => seal.sealRawBatch(seal.parseRequest(event), tables),
    transformBatch: (event) => transform.transformBatch(event as { manifestKey: string }, tables),
    runCrawler: async () => ({
      outcome: 'SUCCEEDED',
      message: 'SUCCEEDED',
      waitSeconds: 0,
      previousStart: null,
      checks: 0,
    }),
    recordRun: (event) => record.recordRun(record.parseRequest(event), { lake }),
  };
  return calls;
}

async function runBatch(name: string) {
  const functions = functionsOf(createRecordShopSource(shop.url));
  return runStateMachine(
    readDefinition(),
    name,
    {},
    {
      waitMs: 0,
      retryMs: 0,
      callTask: async (resource, input) => {
        const call = functions[resource.split(':').at(-1) ?? ''];
        try {
          return await call?.(input);
        } catch (error) {
          // As Lambda passes an error on: by its name.
          throw new FunctionError((error as Error).name, (error as Error).message);
        }
      },
    },
  );
}

const rowsOf = async (table: Parameters<typeof keys.table>[0]) => {
  const files = lake.keys().filter((key) => key.startsWith(`curated/${table}/`));
  const rows = await Promise.all(
    files.map((key) => {
      const { buffer, byteOffset, length } = lake.bytesOf(key);
      const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
      return parquetReadObjects({
        file,
        compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
      });
    }),
  );
  return rows.flat();
};

describe('Another source', () => {
  it('goes through the same state machine into the same tables', async () => {
    const { status, output } = await runBatch('shop-1');
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({
      batch: { status: 'COMPLETE', counts: { expected: 3, listed: 3, loaded: 3, tracks: 9 } },
    });
    const albums = await rowsOf('albums');
    expect(albums).toHaveLength(3);
    expect(albums[0]).toMatchObject({ source: 'record-shop', total_tracks: 3 });
    const tracks = await rowsOf('tracks');
    expect(tracks.map(({ id }) => id).sort()).toEqual(
      releases.flatMap(({ songs }) => songs.map(({ code }) => code)).sort(),
    );
    expect(tracks.find(({ id }) => id === 'song-3-4')).toMatchObject({
      album_id: 'release-3',
      duration_ms: 184_000,
    });
    expect(await rowsOf('artists')).toHaveLength(2);
  });

  it('keeps its responses byte for byte in raw', async () => {
    await runBatch('shop-1');
    const page = lake.keys().find((key) => key.startsWith('raw/new_releases/')) as string;
    expect(lake.jsonOf(page).data[0]).toEqual({ ...releases[0], songs: 3 });
  });

  it('is counted and skipped like any other', async () => {
    await runBatch('shop-1');
    // Two pages of releases; two, one and three pages of songs.
    expect(shop.requests).toHaveLength(8);
    const { output } = await runBatch('shop-2');
    expect(output).toMatchObject({ batch: { counts: { skipped: 3, loaded: 0, requests: 2 } } });
    expect(shop.requests).toHaveLength(10);
  });

  it('waits for its rate limit through the same states', async () => {
    shop.fail(429, 2);
    const { status, output } = await runBatch('shop-1');
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ batch: { status: 'COMPLETE', counts: { requests: 10 } } });
  });
});
