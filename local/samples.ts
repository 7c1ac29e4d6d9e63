import { hash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from 'local-aws/service/service.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { startStage } from './stage.ts';

/** The bucket that `sls invoke local` works in, so that samples stay out of the lake. */
export const SAMPLES_BUCKET = 'tributary-local-samples';
/** Its streams and its Firehose: the names of the source's, which nothing reads. */
export const SAMPLES_STREAM = SAMPLES_BUCKET;
const SAMPLES_ROLE = 'SamplesDeliveryRole';
const LAKE_BUCKET = 'tributary-local-lake';

const EVENTS = 'test/events';

/** The steps that leave something for the samples of later steps. */
const STEPS = {
  'fetch-token': 'fetchToken',
  'list-new-releases': 'listNewReleases',
  'plan-albums': 'planAlbums',
  'fetch-album-tracks': 'fetchAlbumTracks',
  'seal-raw-batch': 'sealRawBatch',
};

/** The service with all that samples write to beside what the pipeline writes to. */
export function withSamples(service: Service): Service {
  const { buckets, roles, streaming } = service;
  const { streams, deliveries } = streaming;
  const [, source] = streams.flatMap(({ name }) => /^(.*)-enriched$/.exec(name) ?? []);
  const renamed = <T extends { name: string }>(each: T): T[] =>
    source !== undefined && each.name.startsWith(`${source}-`)
      ? [{ ...each, name: each.name.replace(source, SAMPLES_STREAM) }]
      : [];
  const direct = deliveries.filter(({ sourceStream }) => sourceStream === undefined);
  return {
    ...service,
    buckets: [...buckets, SAMPLES_BUCKET],
    roles: new Map([
      ...roles,
      [SAMPLES_ROLE, [{ actions: ['s3:*'], resources: [`arn:aws:s3:::${SAMPLES_BUCKET}*`] }]],
    ]),
    streaming: {
      ...streaming,
      streams: [...streams, ...streams.flatMap(renamed).map((each) => ({ ...each, shards: 1 }))],
      deliveries: [
        ...deliveries,
        ...direct.flatMap(renamed).map((each) => ({
          ...each,
          bucket: SAMPLES_BUCKET,
          role: SAMPLES_ROLE,
          log: undefined,
        })),
      ],
    },
  };
}

/**
 * Fills the bucket of samples, so that each file of test/events can be given to `sls invoke local` in
 * any order. The objects are made once for each package, by a stage of their own: neither the faults
 * nor the Spotify of the stage that serves have a part in them.
 */
export async function prepareSamples(
  root: string,
  { packaged, service, lakeFolder }: { packaged: string; service: Service; lakeFolder: string },
): Promise<void> {
  const events = readdirSync(join(root, EVENTS)).map((name) =>
    readFileSync(join(root, EVENTS, name)),
  );
  const made = join(packaged, `samples-${hash('sha1', Buffer.concat(events)).slice(0, 8)}`);
  if (!existsSync(made)) await makeSamples(root, service, made);
  const bucket = join(lakeFolder, SAMPLES_BUCKET);
  rmSync(bucket, { recursive: true, force: true });
  cpSync(made, bucket, { recursive: true, preserveTimestamps: true });
}

async function makeSamples(root: string, service: Service, made: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-samples-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Ctrl-C ends the process before this is over.
  process.once('exit', remove);
  const stage = await startStage({
    service,
    folder,
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 100, seed: 1 }) },
  });
  const lake = join(folder, 'lake', LAKE_BUCKET);
  try {
    for (const [file, name] of Object.entries(STEPS)) {
      const event = JSON.parse(readFileSync(join(root, EVENTS, `${file}.json`), 'utf8'));
      await stage.lambda.invoke(`tributary-local-${name}`, event);
      if (name === 'fetchAlbumTracks') dateAlbums(lake, new Date(event.run.startedAt));
    }
    await stage.close();
    const unfinished = `${made}.${process.pid}`;
    cpSync(lake, unfinished, { recursive: true, preserveTimestamps: true });
    if (existsSync(made)) rmSync(unfinished, { recursive: true });
    else renameSync(unfinished, made);
  } finally {
    await stage.close();
    process.off('exit', remove);
    remove();
  }
}

/** The run of the samples is in the future, so that its time is never used up: its albums are as new. */
function dateAlbums(lake: string, storedAt: Date): void {
  const albums = join(lake, 'raw/album_tracks');
  for (const name of readdirSync(albums, { recursive: true, encoding: 'utf8' })) {
    utimesSync(join(albums, name), storedAt, storedAt);
  }
}
