import pMap from 'p-map';
import { InvalidInput, RawDataMissing } from '../../core/errors.ts';
import { S3_CONCURRENCY } from '../../core/lake/earlier-runs.ts';
import { type Item, usableItems } from '../../core/lake/items.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { type CommitMarker, type Manifest, manifestSchema } from '../../core/lake/manifest.ts';
import { odditiesOf } from '../../core/lake/oddities.ts';
import { createTableWriter } from '../../core/lake/parquet.ts';
import { readPages, tracksOf } from '../../core/lake/raw-album.ts';
import {
  albumRow,
  artistRow,
  creditsOf,
  originOf,
  trackRow,
  typedRow,
} from '../../core/lake/rows.ts';
import type { RawFormat } from '../../core/lake/source.ts';
import type { TableName } from '../../core/lake/tables.ts';
import { parseAs } from '../../core/parse.ts';

export const batchTables = [
  'albums',
  'tracks',
  'artists',
  'album_artists',
  'track_artists',
] as const;
export type BatchTable = (typeof batchTables)[number];

export interface TransformedBatch {
  rows: Record<BatchTable, number>;
  commitMarkerKey: string;
}

interface Dependencies {
  lake: Lake;
  format: RawFormat;
}

/** What to do beside the usual: a rebuild writes some tables only, from albums that may have changed. */
interface TransformOptions {
  tables?: readonly BatchTable[];
  isRebuild?: boolean;
}

/**
 * Makes Parquet tables of what the manifest lists and of nothing else. Albums, tracks and artists
 * come out once each, by id. The commit marker is written last: a transform that was cut counts as not
 * done, and doing it again writes the same bytes. Throws RawDataMissing where the manifest lists
 * what is not there.
 */
export async function transformBatch(
  { manifestKey }: { manifestKey: string },
  { lake, format }: Dependencies,
  { tables = batchTables, isRebuild = false }: TransformOptions = {},
): Promise<TransformedBatch> {
  const manifest = parseAs(manifestSchema, await lake.getJson(manifestKey), manifestKey);
  const { run } = manifest;
  // A manifest under another run's name would replace that run's tables.
  if (keys.manifest(run) !== manifestKey) {
    throw new InvalidInput(`${manifestKey} is not where the manifest of run ${run.runId} belongs`);
  }
  const batch = createBatch(manifest);
  for await (const [album, tracks] of loadedAlbums(lake, format, manifest, isRebuild)) {
    batch.add(album, tracks);
  }

  const files: string[] = [];
  const rows = {} as Record<BatchTable, number>;
  for (const table of batchTables) {
    rows[table] = batch.writers[table].rows;
    if (rows[table] === 0) continue;
    const key = keys.table(table, run);
    files.push(key);
    if (!tables.includes(table)) continue;
    await lake.put(key, batch.writers[table].finish(), 'application/vnd.apache.parquet');
  }
  const open = manifest.loaded.filter(({ odd }) => odd?.isOpen);
  const commitMarker: CommitMarker = {
    run,
    albums: manifest.loaded.filter(({ odd }) => !odd?.isOpen).map(({ albumId }) => albumId),
    open: Object.fromEntries(open.map(({ albumId, odd }) => [albumId, odditiesOf(odd)])),
    rows,
    files,
    oddValues: Object.fromEntries(batch.oddValues),
    repeatedTracks: batch.repeatedTracks(),
  };
  await lake.putJson(keys.commitMarker(run), commitMarker);
  return { rows, commitMarkerKey: keys.commitMarker(run) };
}

/** Each loaded album once with its tracks, a listing page at a time: memory does not grow with the run. */
async function* loadedAlbums(
  lake: Lake,
  format: RawFormat,
  manifest: Manifest,
  isRebuild: boolean,
): AsyncGenerator<readonly [Item, Item[]]> {
  const expected = new Map(manifest.loaded.map((album) => [album.albumId, album]));
  for (const pageKey of manifest.pages) {
    const page = format.readListing(await lake.getJson(pageKey), pageKey);
    const albums = usableItems([page]).items.flatMap((album) => {
      const loaded = expected.get(album.id);
      return loaded && expected.delete(album.id) ? [{ album, loaded }] : [];
    });
    yield* await pMap(
      albums,
      async ({ album, loaded: { key, tracks: counted } }) => {
        const { tracks } = tracksOf(readPages(format, key, await lake.getJson(key)));
        // Long after the run, a refresh may have replaced the object.
        if (tracks.length < counted && !isRebuild) {
          throw new RawDataMissing(`${key} holds fewer tracks than the manifest says`);
        }
        return [album, tracks] as const;
      },
      { concurrency: S3_CONCURRENCY },
    );
  }
  const [albumId] = expected.keys();
  if (albumId) {
    throw new RawDataMissing(`The manifest lists album ${albumId}, which is on none of its pages`);
  }
}

function createBatch(manifest: Manifest) {
  const origin = originOf(manifest);
  const oddValues = new Map<string, number>();
  const seenTracks = new Set<string>();
  const seenArtists = new Set<string>();
  let repeatedTracks = 0;
  const writers = Object.fromEntries(
    batchTables.map((table) => [table, createTableWriter(table)]),
  ) as Record<BatchTable, ReturnType<typeof createTableWriter>>;

  const onOddValue = (column: string) => oddValues.set(column, (oddValues.get(column) ?? 0) + 1);
  const add = (table: TableName & BatchTable, values: Record<string, unknown>) =>
    writers[table].add(typedRow(table, { ...values, ...origin }, onOddValue));

  function addArtists(
    table: 'album_artists' | 'track_artists',
    owner: Record<string, string>,
    item: Item,
  ) {
    for (const { artist, position } of creditsOf(item)) {
      add(table, { ...owner, artist_id: artist?.id, position });
      if (!artist || seenArtists.has(artist.id)) continue;
      seenArtists.add(artist.id);
      add('artists', artistRow(artist));
    }
  }

  return {
    writers,
    oddValues,
    repeatedTracks: () => repeatedTracks,
    add(album: Item, tracks: Item[]) {
      add('albums', albumRow(album));
      addArtists('album_artists', { album_id: album.id }, album);
      for (const track of tracks) {
        if (seenTracks.has(track.id)) {
          repeatedTracks += 1;
          continue;
        }
        seenTracks.add(track.id);
        add('tracks', trackRow(track, album.id));
        addArtists('track_artists', { track_id: track.id }, track);
      }
    },
  };
}
