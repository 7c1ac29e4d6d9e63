import { type Item, isItem } from './items.ts';
import type { Run } from './keys.ts';
import { type Column, type Row, type TableName, tables } from './tables.ts';

/** What every row says of where it came from. */
export interface Origin {
  run: Run;
  source: string | null;
}

export const originOf = ({ run, source }: Origin): Row => ({
  source,
  run_id: run.runId,
  // The run's start and not the clock: a transform that is repeated writes the same bytes.
  ingested_at: new Date(run.startedAt),
});

export const albumRow = (album: Item): Record<string, unknown> => ({
  ...album,
  release_date_day: firstDayOf(album.release_date),
  ...sharedFields(album),
  image_url: first(album.images)?.url,
});

export const trackRow = (track: Item, albumId: string): Record<string, unknown> => ({
  ...track,
  album_id: albumId,
  ...sharedFields(track),
});

export const artistRow = (artist: Item): Record<string, unknown> => ({
  ...artist,
  ...sharedFields(artist),
});

/** A credit of an album or a track. One without an id keeps its place in the order of the credits. */
export interface Credit {
  artist: Item | undefined;
  position: number;
}

/** The credits in the API's order; an artist that is credited twice has the first place. */
export function creditsOf(item: Item): Credit[] {
  const seen = new Set<string>();
  const credits: Credit[] = [];
  (Array.isArray(item.artists) ? item.artists : []).forEach((artist: unknown, position) => {
    if (!isItem(artist)) credits.push({ artist: undefined, position });
    else if (!seen.has(artist.id)) {
      seen.add(artist.id);
      credits.push({ artist, position });
    }
  });
  return credits;
}

export const creditsWithoutId = (items: Item[]): number =>
  items.flatMap(creditsOf).filter(({ artist }) => !artist).length;

function sharedFields(item: Item) {
  const markets = item.available_markets;
  return {
    spotify_url: record(item.external_urls)?.spotify,
    restriction_reason: record(item.restrictions)?.reason,
    // Development mode leaves the list out: unknown is not zero.
    market_count: Array.isArray(markets) ? markets.length : null,
  };
}

const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

const first = (value: unknown) => (Array.isArray(value) ? record(value[0]) : undefined);

/**
 * First possible day of `1981`, `1981-12` or `1981-12-15`; null for anything else. Goes by the
 * content: the stated precision can disagree with it.
 */
export function firstDayOf(releaseDate: unknown): Date | null {
  const parts = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(String(releaseDate ?? ''));
  if (!parts) return null;
  const day = `${parts[1]}-${parts[2] ?? '01'}-${parts[3] ?? '01'}`;
  const date = new Date(`${day}T00:00:00Z`);
  // `2026-02-31` would roll over into March, and the year 0000 is a placeholder.
  const valid = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  return valid && parts[1] !== '0000' ? date : null;
}

const INT32_MAX = 2 ** 31 - 1;

function fits(type: Column['type'], value: unknown): value is string | number | boolean | Date {
  if (type === 'STRING') return typeof value === 'string';
  if (type === 'BOOLEAN') return typeof value === 'boolean';
  if (type === 'INT32') return Number.isInteger(value) && Math.abs(value as number) <= INT32_MAX;
  return value instanceof Date;
}

/**
 * The table's columns out of `values`. What has another type than its column becomes null and is
 * reported to `onOddValue` as `table.column`: an API that changes must not break a run, nor unseen.
 */
export function typedRow(
  table: TableName,
  values: Record<string, unknown>,
  onOddValue: (column: string) => void,
): Row {
  const row: Row = {};
  for (const { name, type } of tables[table] as Column[]) {
    const value = values[name] ?? null;
    if (value === null || fits(type, value)) row[name] = value;
    else {
      row[name] = null;
      onOddValue(`${table}.${name}`);
    }
  }
  return row;
}
