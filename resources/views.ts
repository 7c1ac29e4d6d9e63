import { type Column, GLUE_TYPES, type TableName, tables } from '../core/lake/tables.ts';
import { ADDED_FIELDS, FIELDS, type SessionField } from '../core/sessions/fields.ts';
import type { Segment } from '../core/sessions/segments.ts';
import { glueTable, sessionsTableName } from './tables.ts';
import { pascal, type Resource, type Resources } from './yaml.ts';

/** A view of the catalogue: one text of SQL for Athena and DuckDB, with Glue's types of its columns. */
export interface View {
  name: string;
  sql: string;
  columns: { name: string; type: string }[];
}

const columnsOf = (table: TableName): View['columns'] => [
  ...(tables[table] as Column[]).map(({ name, type }) => ({ name, type: GLUE_TYPES[type] })),
  { name: 'ingest_date', type: 'string' },
];

const listOf = (columns: View['columns'], prefix = '') =>
  columns.map(({ name }) => `${prefix}${name}`).join(', ');

/** The newest row of each id: tables only grow. */
function newestById(name: string, table: TableName): View {
  const columns = columnsOf(table);
  const sql = `SELECT ${listOf(columns)}
FROM (
  SELECT *, row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
  FROM ${table}
)
WHERE newness = 1`;
  return { name, sql, columns };
}

const currentAlbums = newestById('current_albums', 'albums');
const newestTracks = newestById('current_tracks', 'tracks');

/** Of the batch; a view stands behind those that it reads. */
const BATCH_VIEWS: readonly View[] = [
  currentAlbums,
  {
    // A track that a later run no longer found on its album is not current.
    ...newestTracks,
    sql: `SELECT ${listOf(newestTracks.columns, 't.')}
FROM (
${newestTracks.sql.replaceAll(/^/gm, '  ')}
) t
JOIN current_albums a ON a.id = t.album_id AND a.run_id = t.run_id`,
  },
  newestById('current_artists', 'artists'),
];

/** The events of all segments. Delivery is at least once: an event can be there twice. */
function sessionsOf(segments: readonly Segment[]): View {
  const fields: readonly SessionField[] = FIELDS;
  const columns = [
    ...[...fields, ...ADDED_FIELDS].map(({ name, type }) => ({ name, type })),
    { name: 'ingest_date', type: 'string' },
  ];
  // Producers send some fields under either of two names.
  const aliases = new Map(fields.map(({ name, alias }) => [name, alias]));
  const values = columns.map(({ name }) => {
    const alias = aliases.get(name);
    return alias === undefined ? name : `coalesce(${name}, ${alias}) AS ${name}`;
  });
  const selects = segments.map(
    ({ name }) => `SELECT ${values.join(', ')}\nFROM ${sessionsTableName(name)}`,
  );
  return { name: 'sessions', sql: selects.join('\nUNION ALL\n'), columns };
}

/** The views of the batch, and with segments that of the events. */
export const viewsOf = (segments: readonly Segment[]): View[] => [
  ...BATCH_VIEWS,
  ...(segments.length > 0 ? [sessionsOf(segments)] : []),
];

/** As Athena keeps a view that was made by CREATE VIEW. */
export const viewResources = (views: readonly View[]): Resources =>
  Object.fromEntries(
    views.map((view) => [`${pascal(view.name.replaceAll('_', '-'))}View`, tableOf(view)]),
  );

function tableOf({ name, sql, columns }: View): Resource {
  const definition = {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation resolves it
    schema: '${Database}',
    columns: columns.map(({ name, type }) => ({ name, type: trinoTypeOf(type) })),
  };
  const base64 = { 'Fn::Base64': { 'Fn::Sub': JSON.stringify(definition) } };
  return glueTable({
    Name: name,
    TableType: 'VIRTUAL_VIEW',
    Parameters: { presto_view: 'true', comment: 'Presto View' },
    PartitionKeys: [],
    StorageDescriptor: {
      Columns: columns.map(({ name, type }) => ({ Name: name, Type: type })),
      // A view has no files; Trino refuses one without these.
      Location: '',
      SerdeInfo: {},
    },
    ViewOriginalText: { 'Fn::Join': ['', ['/* Presto View: ', base64, ' */']] },
    ViewExpandedText: '/* Presto View */',
  });
}

/** `array<struct<code:string>>` is `array(row(code varchar))` to Trino. */
export const trinoTypeOf = (glueType: string): string =>
  glueType
    .replaceAll(/\b(string|int|timestamp)\b(?!:)/g, (type) => TRINO_TYPES[type] ?? type)
    .replaceAll('struct<', 'row(')
    .replaceAll('array<', 'array(')
    .replaceAll('>', ')')
    .replaceAll(':', ' ');

const TRINO_TYPES: Record<string, string> = {
  string: 'varchar',
  int: 'integer',
  timestamp: 'timestamp(3)',
};
