import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CrawlerRunningException,
  EntityNotFoundException,
  GetCrawlerCommand,
  GlueClient,
  StartCrawlerCommand,
  UpdateCrawlerCommand,
} from '@aws-sdk/client-glue';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { type Catalog, openCatalog } from '../../src/glue/catalog.ts';
import { createGlue } from '../../src/glue/glue.ts';
import { ALLOW_ALL } from '../../src/iam/iam.ts';
import { albumColumns, writeAlbums } from '../fixtures/albums-file.ts';
import { errorOf } from '../fixtures/error-of.ts';

let folder: string;
let gateway: Gateway;
let glue: GlueClient;
let catalog: Catalog;
let fails: () => boolean;
let isStuck: () => boolean;

beforeEach(async () => {
  fails = () => false;
  isStuck = () => false;
  folder = mkdtempSync(join(tmpdir(), 'local-aws-glue-'));
  catalog = openCatalog(join(folder, 'catalog.json'));
  const crawlers = [
    {
      name: 'curated',
      databaseName: 'db',
      role: 'Role',
      targets: ['s3://lake/curated/albums/', 's3://lake/curated/artists/'],
      recrawlPolicy: { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' },
      schemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' },
    },
    { name: 'idle', databaseName: 'db', role: 'Role', targets: [] },
  ];
  const service = createGlue(crawlers, folder, catalog, ALLOW_ALL, {
    fails: () => fails(),
    isStuck: () => isStuck(),
  });
  gateway = await startGateway({ AWSGlue: service }, {} as never);
  glue = new GlueClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  glue.destroy();
  await gateway.close();
  rmSync(folder, { recursive: true });
});

const start = (Name = 'curated') => glue.send(new StartCrawlerCommand({ Name }));
const look = async (Name = 'curated') => (await glue.send(new GetCrawlerCommand({ Name }))).Crawler;

async function endOfCrawl() {
  for (;;) {
    const crawler = await look();
    if (crawler?.State === 'READY') return crawler.LastCrawl;
    await sleep(20);
  }
}

async function crawl() {
  await start();
  return endOfCrawl();
}

const storeTable = (table: string, day: string, runId = 'run-1') =>
  writeAlbums(join(folder, `lake/curated/${table}/ingest_date=${day}/${runId}.parquet`), [
    { id: 'a' },
  ]);

describe('The crawler on this machine, through the SDK', () => {
  it('is ready, then runs, then is ready with a crawl behind it', async () => {
    storeTable('albums', '2026-11-21');
    expect(await look()).toMatchObject({ Name: 'curated', State: 'READY' });
    expect((await look())?.LastCrawl).toBeUndefined();
    const begin = Math.floor(Date.now() / 1_000) * 1_000;
    await start();
    expect((await look())?.State).toBe('RUNNING');
    expect(catalog.read()).toEqual({});
    const last = await endOfCrawl();
    expect(last?.Status).toBe('SUCCEEDED');
    expect(last?.StartTime?.getTime()).toBeGreaterThanOrEqual(begin);
  });

  it('cannot be started while it runs', async () => {
    mkdirSync(join(folder, 'lake'));
    await start();
    expect(await errorOf(start())).toBeInstanceOf(CrawlerRunningException);
    expect((await look('idle'))?.State).toBe('READY');
  });

  it('is not found by another name', async () => {
    expect(await errorOf(start('nobody'))).toBeInstanceOf(EntityNotFoundException);
    expect(await errorOf(look('nobody'))).toBeInstanceOf(EntityNotFoundException);
  });

  it('makes a table of each folder, with the types and partitions that Glue would give it', async () => {
    storeTable('albums', '2026-11-21');
    await crawl();
    expect(catalog.read()).toEqual({
      albums: {
        location: 's3://lake/curated/albums/',
        columns: albumColumns,
        partitionKeys: ['ingest_date'],
        partitions: ['ingest_date=2026-11-21/'],
        parameters: {
          CrawlerSchemaSerializerVersion: '1.0',
          recordCount: '1',
          objectCount: '1',
          sizeKey: expect.stringMatching(/^\d+$/),
        },
        createdAt: expect.any(Number),
        updatedAt: expect.any(Number),
      },
    });
  });

  it('adds the partitions that came since, and keeps the others', async () => {
    storeTable('albums', '2026-11-22');
    await crawl();
    storeTable('albums', '2026-11-21');
    storeTable('albums', '2026-11-21', 'run-2');
    storeTable('artists', '2026-11-21');
    expect(catalog.read().albums?.partitions).toEqual(['ingest_date=2026-11-22/']);
    await crawl();
    expect(catalog.read().albums?.partitions).toEqual([
      'ingest_date=2026-11-21/',
      'ingest_date=2026-11-22/',
    ]);
    expect(catalog.read().artists?.partitions).toEqual(['ingest_date=2026-11-21/']);
  });

  it('takes nothing away: a partition whose files are gone stays in the table', async () => {
    storeTable('albums', '2026-11-20');
    await crawl();
    rmSync(join(folder, 'lake/curated/albums/ingest_date=2026-11-20'), { recursive: true });
    storeTable('albums', '2026-11-21');
    await crawl();
    expect(catalog.read().albums?.partitions).toEqual([
      'ingest_date=2026-11-20/',
      'ingest_date=2026-11-21/',
    ]);
  });

  it('takes up a new column where it crawls everything and may change tables, and only there', async () => {
    storeTable('albums', '2026-11-21');
    await crawl();
    const { albums } = catalog.read();
    const [id, , ...others] = albumColumns;
    if (!albums || !id) throw new Error('no table');
    // As if the files had been written before there was a column `total_tracks`.
    catalog.write('albums', { ...albums, columns: [id, ...others] });
    await crawl();
    expect(catalog.read().albums?.columns).toEqual([id, ...others]);
    const RecrawlPolicy = { RecrawlBehavior: 'CRAWL_EVERYTHING' } as const;
    const SchemaChangePolicy = { UpdateBehavior: 'UPDATE_IN_DATABASE' } as const;
    await glue.send(
      new UpdateCrawlerCommand({ Name: 'curated', RecrawlPolicy, SchemaChangePolicy }),
    );
    expect(await look()).toMatchObject({ RecrawlPolicy, SchemaChangePolicy });
    await crawl();
    expect(catalog.read().albums?.columns).toEqual([id, ...others, albumColumns[1]]);
  });

  it('fails where there is no bucket, and says why', async () => {
    const last = await crawl();
    expect(last).toMatchObject({ Status: 'FAILED', ErrorMessage: 'There is no bucket lake' });
  });

  it('fails on a file that is no Parquet, and succeeds once it is gone', async () => {
    const file = join(folder, 'lake/curated/albums/ingest_date=2026-11-21/x.parquet');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'no Parquet at all');
    expect((await crawl())?.Status).toBe('FAILED');
    rmSync(file);
    expect((await crawl())?.Status).toBe('SUCCEEDED');
  });

  it('fails, or runs on, as a plan of faults says', async () => {
    storeTable('albums', '2026-11-21');
    fails = () => true;
    expect(await crawl()).toMatchObject({
      Status: 'FAILED',
      ErrorMessage: 'Internal Service Exception',
    });
    expect(catalog.read()).toEqual({});
    fails = () => false;
    isStuck = () => true;
    await start();
    await sleep(700);
    expect((await look())?.State).toBe('RUNNING');
    isStuck = () => false;
    expect((await endOfCrawl())?.Status).toBe('SUCCEEDED');
  });
});
