import type { Stage } from '../../local/stage.ts';

/** What makes a row of a table itself: of two runs that brought it, the later one is asked for. */
const KEYS = {
  albums: 'id',
  tracks: 'id',
  artists: 'id',
  album_artists: 'album_id, position',
  track_artists: 'track_id, position',
} as const;
const TABLES = Object.keys(KEYS) as (keyof typeof KEYS)[];
/** These say where a row came from; the others are what Spotify said. */
const ORIGIN = 'run_id, ingested_at, ingest_date, source';

/** The rows of each table; with `latest`, each id once, from the last run that brought it. */
export async function rowsOf(stage: Stage, latest: boolean): Promise<Map<string, string[]>> {
  const rows = new Map<string, string[]>();
  for (const table of TABLES) {
    const newest = latest
      ? `QUALIFY row_number() OVER (PARTITION BY ${KEYS[table]} ORDER BY ingested_at DESC) = 1`
      : '';
    const result = await stage
      .sql(`SELECT * EXCLUDE (${ORIGIN}) FROM ${table} ${newest}`)
      .catch(() => ({ rows: [] })); // no crawl yet: no table
    rows.set(table, result.rows.map((row) => JSON.stringify(row)).sort());
  }
  return rows;
}

export function differences(
  when: string,
  actual: Map<string, string[]>,
  expected: Map<string, string[]>,
): string[] {
  return TABLES.filter(
    (table) => JSON.stringify(actual.get(table)) !== JSON.stringify(expected.get(table)),
  ).map(
    (table) =>
      `${when} ${table} has ${actual.get(table)?.length} rows that are not the ${expected.get(table)?.length} expected`,
  );
}
