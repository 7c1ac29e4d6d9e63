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

/**
 * The rows of each table; with `latest`, each id once, from the last run that brought it. In one query: a
 * database of its own for each table would take 30 ms.
 */
export async function rowsOf(stage: Stage, latest: boolean): Promise<Map<string, string[]>> {
  const ofTables = TABLES.map((table) => {
    const newest = latest
      ? `QUALIFY row_number() OVER (PARTITION BY ${KEYS[table]} ORDER BY ingested_at DESC) = 1`
      : '';
    return `SELECT '${table}', CAST(to_json(r) AS VARCHAR)
      FROM (SELECT * EXCLUDE (${ORIGIN}) FROM ${table} ${newest}) AS r`;
  });
  const { rows } = await stage.sql(ofTables.join(' UNION ALL ')).catch(() => ({ rows: [] })); // no crawl yet: no table
  return new Map(
    TABLES.map((table) => {
      const ofTable = rows.filter(([name]) => name === table);
      return [table, ofTable.map(([, row]) => row as string).sort()];
    }),
  );
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
