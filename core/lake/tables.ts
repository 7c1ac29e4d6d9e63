/** A column of a curated table. INT32 is Athena's int, TIMESTAMP is milliseconds in UTC. */
export interface Column {
  name: string;
  type: 'STRING' | 'INT32' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP';
  required?: true;
}

const origin: Column[] = [
  { name: 'source', type: 'STRING' },
  { name: 'run_id', type: 'STRING', required: true },
  { name: 'ingested_at', type: 'TIMESTAMP', required: true },
];

/** As the Glue catalogue names the types of columns. */
export const GLUE_TYPES: Readonly<Record<Column['type'], string>> = {
  STRING: 'string',
  INT32: 'int',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
};

/** The curated tables. `ingest_date` is not a column of the files: it is the partition's folder. */
export const tables = {
  albums: [
    { name: 'id', type: 'STRING', required: true },
    { name: 'name', type: 'STRING' },
    { name: 'album_type', type: 'STRING' },
    { name: 'total_tracks', type: 'INT32' },
    { name: 'release_date', type: 'STRING' },
    { name: 'release_date_precision', type: 'STRING' },
    { name: 'release_date_day', type: 'DATE' },
    { name: 'restriction_reason', type: 'STRING' },
    { name: 'market_count', type: 'INT32' },
    { name: 'label', type: 'STRING' },
    { name: 'popularity', type: 'INT32' },
    { name: 'image_url', type: 'STRING' },
    { name: 'spotify_url', type: 'STRING' },
    { name: 'uri', type: 'STRING' },
    ...origin,
  ],
  tracks: [
    { name: 'id', type: 'STRING', required: true },
    { name: 'album_id', type: 'STRING', required: true },
    { name: 'name', type: 'STRING' },
    { name: 'disc_number', type: 'INT32' },
    { name: 'track_number', type: 'INT32' },
    { name: 'duration_ms', type: 'INT32' },
    { name: 'explicit', type: 'BOOLEAN' },
    { name: 'is_playable', type: 'BOOLEAN' },
    { name: 'is_local', type: 'BOOLEAN' },
    { name: 'restriction_reason', type: 'STRING' },
    { name: 'market_count', type: 'INT32' },
    { name: 'popularity', type: 'INT32' },
    { name: 'preview_url', type: 'STRING' },
    { name: 'spotify_url', type: 'STRING' },
    { name: 'uri', type: 'STRING' },
    ...origin,
  ],
  artists: [
    { name: 'id', type: 'STRING', required: true },
    { name: 'name', type: 'STRING' },
    { name: 'spotify_url', type: 'STRING' },
    { name: 'uri', type: 'STRING' },
    ...origin,
  ],
  album_artists: [
    { name: 'album_id', type: 'STRING', required: true },
    // Null for a credit without an id.
    { name: 'artist_id', type: 'STRING' },
    { name: 'position', type: 'INT32', required: true },
    ...origin,
  ],
  track_artists: [
    { name: 'track_id', type: 'STRING', required: true },
    // Null for a credit without an id.
    { name: 'artist_id', type: 'STRING' },
    { name: 'position', type: 'INT32', required: true },
    ...origin,
  ],
  // Declared in resources/catalog.yml too: its row is written after the crawl.
  runs: [
    { name: 'run_id', type: 'STRING', required: true },
    { name: 'status', type: 'STRING', required: true },
    { name: 'source', type: 'STRING' },
    { name: 'started_at', type: 'TIMESTAMP', required: true },
    { name: 'finished_at', type: 'TIMESTAMP', required: true },
    { name: 'expected', type: 'INT32' },
    { name: 'listed', type: 'INT32' },
    { name: 'skipped', type: 'INT32' },
    { name: 'loaded', type: 'INT32' },
    { name: 'missing', type: 'INT32' },
    { name: 'deferred', type: 'INT32' },
    { name: 'overdue', type: 'INT32' },
    { name: 'unlisted', type: 'INT32' },
    { name: 'tracks', type: 'INT32' },
    { name: 'tracks_missing', type: 'INT32' },
    { name: 'unusable', type: 'INT32' },
    { name: 'repeated', type: 'INT32' },
    { name: 'credits_without_id', type: 'INT32' },
    { name: 'odd_text', type: 'INT32' },
    { name: 'requests', type: 'INT32' },
    { name: 'token_requests', type: 'INT32' },
    { name: 'requests_unconfirmed', type: 'INT32' },
    { name: 'waited_seconds', type: 'INT32' },
    { name: 'schema_changes', type: 'STRING' },
    { name: 'error', type: 'STRING' },
    { name: 'cause', type: 'STRING' },
  ],
} satisfies Record<string, Column[]>;

export type TableName = keyof typeof tables;

/** A row by column name; a column that is not there is null. */
export type Row = Record<string, string | number | boolean | Date | null>;
