import { duckTypeOf } from 'local-aws/athena/duck-types.ts';
import { resolve, type Template } from 'local-aws/service/template.ts';
import { SEGMENTS } from '../../core/sessions/segments.ts';
import { trinoTypeOf, viewResources, viewsOf } from '../../resources/views.ts';
import { INSTALL_MS } from '../fixtures/test-tool.ts';
import { differencesIn, loadTrinoParser, type TrinoParser } from '../queries/dialect.ts';
import { givenLake } from '../queries/fixtures.ts';

const views = viewsOf(SEGMENTS);

it('are the newest albums, tracks and artists, and the sessions of all segments', () => {
  expect(views.map(({ name }) => name)).toEqual([
    'current_albums',
    'current_tracks',
    'current_artists',
    'sessions',
  ]);
});

it('take in a new segment by itself, and leave the events out where there are none', () => {
  const more = viewsOf([...SEGMENTS, { name: 'asia-2', countries: ['Japan'] }]).at(-1);
  expect(more?.sql.match(/FROM \w+/g)).toEqual([
    'FROM sessions_usa',
    'FROM sessions_international',
    'FROM sessions_asia_2',
  ]);
  expect(viewsOf([]).map(({ name }) => name)).not.toContain('sessions');
});

describe('The SQL of each', () => {
  let parse: TrinoParser;
  beforeAll(async () => {
    parse = await loadTrinoParser();
  }, INSTALL_MS);

  it.each(views)('$name is of both engines', ({ sql }) => {
    expect(parse(sql)).toEqual([]);
    expect(differencesIn(sql)).toEqual([]);
  });
});

it.each(viewsOf([]))('$name has the columns that it declares', async ({ name, columns }) => {
  const lake = givenLake([]);
  const result = await lake.ask(`SELECT * FROM ${name}`);
  lake.remove();
  expect(result.columns).toEqual(columns.map((column) => column.name));
  expect(result.types).toEqual(columns.map((column) => duckTypeOf(column.type)));
});

it('are declared as Athena keeps a view that it made itself', () => {
  const database = { Type: 'AWS::Glue::Database', Properties: { DatabaseInput: { Name: 'd' } } };
  const template: Template = { Resources: { ...viewResources(views), Database: database } };
  const { CurrentAlbumsView, SessionsView } = resolve(template.Resources, template) as Record<
    string,
    // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties
    any
  >;
  const { TableInput } = CurrentAlbumsView.Properties;
  expect(TableInput).toMatchObject({
    Name: 'current_albums',
    TableType: 'VIRTUAL_VIEW',
    Parameters: { presto_view: 'true' },
    ViewExpandedText: '/* Presto View */',
  });
  const [, base64] = /^\/\* Presto View: (\S+) \*\/$/.exec(TableInput.ViewOriginalText) ?? [];
  const definition = JSON.parse(Buffer.from(base64 ?? '', 'base64').toString());
  expect(definition).toMatchObject({
    originalSql: views[0]?.sql,
    catalog: 'awsdatacatalog',
    schema: 'd',
  });
  expect(definition.columns.slice(0, 4)).toEqual([
    { name: 'id', type: 'varchar' },
    { name: 'name', type: 'varchar' },
    { name: 'album_type', type: 'varchar' },
    { name: 'total_tracks', type: 'integer' },
  ]);
  expect(Object.keys(definition)).toEqual(['originalSql', 'catalog', 'schema', 'columns']);
  expect(SessionsView.Properties.TableInput.StorageDescriptor.Columns.at(-1)).toEqual({
    Name: 'ingest_date',
    Type: 'string',
  });
});

it.each(views)(
  '$name has the same columns for Glue, in its types, and for Athena, in Presto’s',
  (view) => {
    const [resource] = Object.values(viewResources([view]));
    const { TableInput } = resource?.Properties ?? {};
    const [, base64] = TableInput.ViewOriginalText['Fn::Join'][1];
    const { columns } = JSON.parse(base64['Fn::Base64']['Fn::Sub']);
    const glue = TableInput.StorageDescriptor.Columns as { Name: string; Type: string }[];
    const named = columns.map(({ name, type }: { name: string; type: string }) => [name, type]);
    expect(named).toEqual(glue.map(({ Name, Type }) => [Name, trinoTypeOf(Type)]));
    const simple = String.raw`(varchar|boolean|integer|bigint|double|date|timestamp\(3\))`;
    const row = String.raw`row\(\w+ ${simple}(,\w+ ${simple})*\)`;
    const type = new RegExp(`^(${simple}|array\\((${simple}|${row})\\))$`);
    expect(named.filter(([, each]: [string, string]) => !type.test(each))).toEqual([]);
  },
);

it.each([
  ['timestamp', 'timestamp(3)'],
  ['bigint', 'bigint'],
  [
    'array<struct<product_code:string,timestamp:int,in_cart:boolean>>',
    'array(row(product_code varchar, timestamp integer, in_cart boolean))',
  ],
])("Glue's %s is Trino's %s", (glueType, trinoType) => {
  expect(trinoTypeOf(glueType).replaceAll(',', ', ')).toBe(trinoType);
});
