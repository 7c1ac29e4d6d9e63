import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type QueryResult, runSql } from 'local-aws/athena/sql.ts';
import type { CatalogTable } from 'local-aws/glue/catalog.ts';
import type { Item } from '../../core/lake/items.ts';
import { ingestDate, keys, type Run } from '../../core/lake/keys.ts';
import { createTableWriter } from '../../core/lake/parquet.ts';
import {
  albumRow,
  artistRow,
  creditsOf,
  originOf,
  trackRow,
  typedRow,
} from '../../core/lake/rows.ts';
import { type Column, GLUE_TYPES, type TableName, tables } from '../../core/lake/tables.ts';
import { viewsOf } from '../../resources/views.ts';

const BUCKET = 'lake';
/** As the template declares them. */
const views = Object.fromEntries(viewsOf([]).map(({ name, sql }) => [name, { view: sql }]));

/** What a run brought; `runs` is its own row, where it has one. */
export interface Loaded {
  run: Run;
  albums?: [album: Item, tracks: Item[]][];
  record?: Record<string, unknown>;
}

export interface TestLake {
  ask(sql: string): Promise<QueryResult>;
  remove(): void;
}

/** A lake of Parquet files in a temporary folder, as TransformBatch and RecordRun write them. */
export function givenLake(loaded: Loaded[]): TestLake {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-lake-'));
  const partitions: string[] = [];
  for (const { run, albums = [], record } of loaded) {
    const rows = rowsOf(run, albums);
    if (record)
      rows.runs.push({ run_id: run.runId, started_at: new Date(run.startedAt), ...record });
    partitions.push(`ingest_date=${ingestDate(run)}/`);
    for (const table of Object.keys(rows) as TableName[]) {
      if (rows[table].length === 0) continue;
      const writer = createTableWriter(table);
      for (const row of rows[table]) writer.add(typedRow(table, row, () => {}));
      const file = join(folder, BUCKET, keys.table(table, run));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, writer.finish());
    }
  }
  mkdirSync(join(folder, BUCKET), { recursive: true });
  return {
    ask: (sql) => runSql(sql, catalogOf(partitions), folder, views),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function rowsOf(run: Run, albums: [Item, Item[]][]) {
  const origin = originOf({ run, source: 'search' });
  const rows: Record<TableName, Record<string, unknown>[]> = {
    albums: [],
    tracks: [],
    artists: [],
    album_artists: [],
    track_artists: [],
    runs: [],
  };
  const artists = new Map<string, Item>();
  for (const [album, tracks] of albums) {
    rows.albums.push({ ...albumRow(album), ...origin });
    creditsOf(album).forEach(({ artist, position }) => {
      if (!artist) return;
      artists.set(artist.id, artist);
      rows.album_artists.push({ album_id: album.id, artist_id: artist.id, position, ...origin });
    });
    for (const track of tracks) {
      rows.tracks.push({ ...trackRow(track, album.id), ...origin });
      creditsOf(track).forEach(({ artist, position }) => {
        if (!artist) return;
        artists.set(artist.id, artist);
        rows.track_artists.push({ track_id: track.id, artist_id: artist.id, position, ...origin });
      });
    }
  }
  rows.artists = [...artists.values()].map((artist) => ({ ...artistRow(artist), ...origin }));
  return rows;
}

const catalogOf = (partitions: string[]): Record<string, CatalogTable> =>
  Object.fromEntries(
    Object.entries(tables).map(([name, columns]) => [
      name,
      {
        location: `s3://${BUCKET}/curated/${name}/`,
        columns: (columns as Column[]).map((column) => ({
          name: column.name,
          type: GLUE_TYPES[column.type],
        })),
        partitionKeys: ['ingest_date'],
        partitions,
      },
    ]),
  );
