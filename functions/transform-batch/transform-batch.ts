import pMap from 'p-map';
import * as z from 'zod';
import { InvalidInput, RawDataMissing } from '../../core/errors.ts';
import { S3_CONCURRENCY } from '../../core/lake/commit-markers.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import {
  type CommitMarker,
  type Manifest,
  manifestSchema,
  parseAs,
} from '../../core/lake/manifest.ts';
import { createTableWriter } from '../../core/lake/parquet.ts';
import { isWhole, readAlbum } from '../../core/lake/raw-album.ts';
import {
  albumRow,
  artistRow,
  artistsOf,
  originOf,
  trackRow,
  typedRow,
} from '../../core/lake/rows.ts';
import type { TableName } from '../../core/lake/tables.ts';
import { type Item, parsePage, usableItems } from '../../core/spotify/paging.ts';

const requestSchema = z.object({ manifestKey: z.string().min(1) });
export type TransformBatchRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'TransformBatch');

const batchTables = ['albums', 'tracks', 'artists', 'album_artists', 'track_artists'] as const;
export type BatchTable = (typeof batchTables)[number];

export interface TransformedBatch {
  rows: Record<BatchTable, number>;
  commitMarkerKey: string;
}

/**
 * Makes Parquet tables of what the manifest lists and of nothing else. Albums, tracks and artists
 * come out once each, by id. The commit marker is written last: a transform that was cut counts as not
 * done, and doing it again writes the same bytes. Throws RawDataMissing where the manifest lists
 * what is not there.
 */
export async function transformBatch(
  { manifestKey }: TransformBatchRequest,
  { lake }: { lake: Lake },
): Promise<TransformedBatch> {
  const manifest = parseAs(manifestSchema, await lake.getJson(manifestKey), manifestKey);
  const { run } = manifest;
  // A manifest under another run's name would replace that run's tables.
  if (keys.manifest(run) !== manifestKey) {
    throw new InvalidInput(`${manifestKey} is not where the manifest of run ${run.runId} belongs`);
  }
  const batch = createBatch(manifest);
  for await (const [album, tracks] of loadedAlbums(lake, manifest)) batch.add(album, tracks);

  const files: string[] = [];
  const rows = {} as Record<BatchTable, number>;
  for (const table of batchTables) {
    rows[table] = batch.writers[table].rows;
    if (rows[table] === 0) continue;
    const key = keys.table(table, run);
    await lake.put(key, batch.writers[table].finish(), 'application/vnd.apache.parquet');
    files.push(key);
  }
  const commitMarker: CommitMarker = {
    run,
    albums: manifest.loaded.map(({ albumId }) => albumId),
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
  manifest: Manifest,
): AsyncGenerator<readonly [Item, Item[]]> {
  const expected = new Map(manifest.loaded.map(({ albumId, key }) => [albumId, key]));
  for (const pageKey of manifest.pages) {
    const page = parsePage(await lake.getJson(pageKey), { wrapper: 'albums', path: pageKey });
    const albums = usableItems(page).items.flatMap((album) => {
      const key = expected.get(album.id);
      return key && expected.delete(album.id) ? [{ album, key }] : [];
    });
    yield* await pMap(
      albums,
      async ({ album, key }) => {
        const raw = readAlbum(key, await lake.getJson(key));
        if (!isWhole(raw)) throw new RawDataMissing(`${key} holds fewer tracks than it promises`);
        return [album, raw.tracks] as const;
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
    artistsOf(item).forEach((artist, position) => {
      add(table, { ...owner, artist_id: artist.id, position });
      if (seenArtists.has(artist.id)) return;
      seenArtists.add(artist.id);
      add('artists', artistRow(artist));
    });
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
