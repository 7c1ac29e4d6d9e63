import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { givenTemplate, ofType, PACKAGING_MS, type Template } from './fixtures.ts';

const folder = join(import.meta.dirname, '../../queries');
const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));

describe.each(['dev', 'prod'])('The catalogue of %s', (stage) => {
  let template: Template;
  beforeAll(async () => {
    template = await givenTemplate(stage);
  }, PACKAGING_MS);

  it('holds every file of queries/ as a named query of the workgroup, and nothing else', () => {
    const queries = ofType(template, 'AWS::Athena::NamedQuery').map(([, each]) => each.Properties);
    expect(queries.map(({ Name }) => `${Name}.sql`).sort()).toEqual(files.sort());
    for (const { Name, QueryString, Description, Database, WorkGroup } of queries) {
      expect(QueryString).toBe(readFileSync(join(folder, `${Name}.sql`), 'utf8').trimEnd());
      expect(QueryString.startsWith(`-- ${Description}`)).toBe(true);
      expect([Database, WorkGroup]).toEqual([{ Ref: 'Database' }, { Ref: 'Workgroup' }]);
      // What Athena takes.
      expect([...QueryString].length).toBeLessThanOrEqual(262_144);
      expect(Description.length).toBeLessThanOrEqual(1_024);
    }
  });

  it('stops a query that would read more than a gigabyte, and keeps results in their zone', () => {
    const { Name, WorkGroupConfiguration } = template.Resources.Workgroup?.Properties ?? {};
    expect(Name).toBe(`tributary-${stage}`);
    expect(WorkGroupConfiguration).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 2 ** 30,
      ResultConfiguration: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation resolves it
        OutputLocation: { 'Fn::Sub': 's3://${LakeBucket}/athena-results/' },
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    });
  });

  it('crawls new folders only, a table a folder, with the schema of the table', () => {
    const { Targets, RecrawlPolicy, Configuration } =
      template.Resources.CuratedCrawler?.Properties ?? {};
    expect(RecrawlPolicy).toEqual({ RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' });
    expect(Targets.S3Targets).toHaveLength(5);
    expect(JSON.parse(Configuration).CrawlerOutput.Partitions).toEqual({
      AddOrUpdateBehavior: 'InheritFromTable',
    });
  });

  it('declares the tables of the events, by day', () => {
    const tables = ofType(template, 'AWS::Glue::Table')
      .map(([, each]) => each.Properties.TableInput)
      .filter(({ TableType }) => TableType !== 'VIRTUAL_VIEW');
    const names = tables.map(({ Name }) => Name);
    expect(names).toEqual(
      expect.arrayContaining(['sessions_usa', 'sessions_international', 'rejected_sessions']),
    );
    for (const { Parameters, PartitionKeys } of tables) {
      expect(Parameters['projection.enabled']).toBe('true');
      expect(PartitionKeys.map(({ Name }: { Name: string }) => Name)).toEqual(['ingest_date']);
    }
  });
});
