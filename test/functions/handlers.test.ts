import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { startGateway } from 'local-aws/gateway/gateway.ts';
import { openCatalog } from 'local-aws/glue/catalog.ts';
import { createGlue } from 'local-aws/glue/glue.ts';
import { keysUnder } from 'local-aws/s3/keys-under.ts';
import { createS3 } from 'local-aws/s3/s3.ts';
import { createSsm } from 'local-aws/ssm/ssm.ts';
import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET, startSpotify } from 'spotify-mock/server.ts';
import { ingestDate } from '../../core/lake/keys.ts';
import { handler as fetchAlbumTracks } from '../../functions/fetch-album-tracks/handler.ts';
import { handler as fetchToken } from '../../functions/fetch-token/handler.ts';
import { handler as listNewReleases } from '../../functions/list-new-releases/handler.ts';
import { handler as planAlbums } from '../../functions/plan-albums/handler.ts';
import { handler as recordRun } from '../../functions/record-run/handler.ts';
import { handler as runCrawler } from '../../functions/run-crawler/handler.ts';
import { logger } from '../../functions/runtime/middleware.ts';
import { handler as sealRawBatch } from '../../functions/seal-raw-batch/handler.ts';
import { handler as transformBatch } from '../../functions/transform-batch/handler.ts';
import { catalog } from '../../packages/spotify-mock/test/fixtures.ts';
import { errorOf, runOf } from './fixtures.ts';

const handlers = {
  fetchToken,
  listNewReleases,
  planAlbums,
  fetchAlbumTracks,
  sealRawBatch,
  transformBatch,
  runCrawler,
  recordRun,
};
const run = runOf('run-1', new Date());
const context = {
  functionName: 'test',
  awsRequestId: 'test',
  getRemainingTimeInMillis: () => 300_000,
} as Context;

// biome-ignore lint/suspicious/noExplicitAny: the state machine knows no types
const call = (name: keyof typeof handlers, event: object): Promise<any> =>
  handlers[name]({ run, ...event } as never, context) as never;

const settings = [
  'LAKE_BUCKET',
  'SPOTIFY_PARAMETERS',
  'SPOTIFY_API_URL',
  'SPOTIFY_ACCOUNTS_URL',
  'CRAWLER_NAME',
];

beforeAll(() => logger.setLogLevel('SILENT'));

it.each(Object.keys(handlers) as (keyof typeof handlers)[])(
  '%s without its settings names the missing one',
  async (name) => {
    for (const setting of settings) delete process.env[setting];
    const error = await errorOf(call(name, {}));
    expect(error.name).toBe('InvalidInput');
    expect(error.message).toMatch(new RegExp(`^The environment variable (${settings.join('|')}) `));
  },
);

it('The handlers bring one album from the token to the tables', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-handlers-'));
  const tableCatalog = openCatalog(join(folder, 'catalog.json'));
  const albums = catalog.albums.slice(0, 1);
  const spotify = await startSpotify({ app: 'extended', catalog: { ...catalog, albums } });
  const s3 = await createS3(folder, ['lake']);
  const gateway = await startGateway(
    {
      AmazonSSM: createSsm({
        '/test/client-id': LOCAL_CLIENT_ID,
        '/test/client-secret': LOCAL_CLIENT_SECRET,
      }),
      AWSGlue: createGlue(
        [
          {
            name: 'curated',
            databaseName: 'db',
            targets: ['s3://lake/curated/albums/'],
            role: 'Role',
          },
        ],
        folder,
        tableCatalog,
      ),
    },
    s3,
  );
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: gateway.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    LAKE_BUCKET: 'lake',
    SPOTIFY_PARAMETERS: '/test',
    SPOTIFY_API_URL: spotify.url,
    SPOTIFY_ACCOUNTS_URL: spotify.url,
    SPOTIFY_REQUESTS_PER_SECOND: '100',
    CRAWLER_NAME: 'curated',
  });
  try {
    const token = await call('fetchToken', { token: { expiresAt: null, renewals: 0 } });
    const start = { calls: 0, pages: 0, expected: 0, source: null, cursor: null };
    const listing = await call('listNewReleases', { token, listing: start });
    const plan = await call('planAlbums', { token, listing });
    expect(plan).toMatchObject({ planned: 1, listed: 1, skipped: 0 });
    const albumId = albums[0]?.id ?? '';
    const fetched = await call('fetchAlbumTracks', { token, group: 0 });
    expect(fetched).toMatchObject({
      outcome: 'DONE',
      albums: [{ albumId, tracks: catalog.tracks[albumId]?.length }],
    });
    const batch = await call('sealRawBatch', { tracks: [{ group: 0, done: 1 }] });
    expect(batch).toMatchObject({
      status: 'COMPLETE',
      counts: { loaded: 1, requests: 2, tokenRequests: 1 },
    });
    const { manifestKey } = batch;
    const { rows } = await call('transformBatch', { manifestKey });
    expect(rows).toMatchObject({ albums: 1, tracks: catalog.tracks[albumId]?.length });
    let crawl = await call('runCrawler', { action: 'START' });
    while (crawl.outcome === 'RUNNING') {
      await new Promise((resolve) => setTimeout(resolve, 50));
      crawl = await call('runCrawler', { action: 'CHECK', crawl });
    }
    expect(crawl.outcome).toBe('SUCCEEDED');
    expect(tableCatalog.read().albums?.partitions).toEqual([`ingest_date=${ingestDate(run)}/`]);
    expect(await call('recordRun', { manifestKey })).toMatchObject({ status: 'COMPLETE' });
    expect(keysUnder(join(folder, 'lake'), 'curated/runs/')).toHaveLength(1);
    expect(spotify.requests.byEndpoint).toMatchObject({
      token: 1,
      'new-releases': 1,
      'album-tracks': 1,
    });
  } finally {
    await Promise.all([gateway.close(), s3.close(), spotify.close()]);
    rmSync(folder, { recursive: true });
  }
});
