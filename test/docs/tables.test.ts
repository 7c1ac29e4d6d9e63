import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tables } from '../../core/lake/tables.ts';
import { SEGMENTS } from '../../core/sessions/segments.ts';
import { givenTemplate, ofType, PACKAGING_MS } from '../resources/fixtures.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/tables.md'), 'utf8');

/** By heading, what stands below it. */
const sections = new Map(
  page.split(/^## /m).map((text) => {
    const [heading = '', ...lines] = text.split('\n');
    return [heading.replace('&lt;', '<').replace('&gt;', '>'), lines.join('\n')];
  }),
);

/** A table of a segment is described once for all. */
const pageName = (name: string) =>
  SEGMENTS.some((segment) => name === `sessions_${segment.name.replaceAll('-', '_')}`)
    ? 'sessions_<segment>'
    : name;

const sectionOf = (name: string) =>
  [...sections].find(([heading]) => heading.split(', ').includes(pageName(name)))?.[1];

/** Names in backticks of the first column. */
const columnsIn = (section: string) =>
  [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );

interface Table {
  name: string;
  columns: string[];
  isView: boolean;
}

let declared: Table[];
beforeAll(async () => {
  declared = ofType(await givenTemplate('dev'), 'AWS::Glue::Table').map(([, { Properties }]) => {
    const { Name, StorageDescriptor, PartitionKeys, TableType } = Properties.TableInput;
    const columns = [...StorageDescriptor.Columns, ...PartitionKeys];
    return {
      name: Name,
      columns: columns.map((column: { Name: string }) => column.Name),
      isView: TableType === 'VIRTUAL_VIEW',
    };
  });
}, PACKAGING_MS);

describe('The page of tables', () => {
  it('has a section for each table and view, and names it at its head and in its picture', () => {
    const names = [...Object.keys(tables), ...declared.map(({ name }) => name)];
    const [head = ''] = sections.values();
    const picture = /```mermaid\nflowchart[\s\S]*?```/.exec(page)?.[0] ?? '';
    expect(names.filter((name) => sectionOf(name) === undefined)).toEqual([]);
    expect(names.filter((name) => !head.includes(`\`${name}\``))).toEqual([]);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(picture))).toEqual([]);
  });

  it('describes every column of the tables of a run', () => {
    const everywhere = columnsIn(sections.get('In every table of a run') ?? '');
    for (const [name, columns] of Object.entries(tables)) {
      const described = [...everywhere, ...columnsIn(sectionOf(name) ?? '')];
      expect([name, columns.filter((column) => !described.includes(column.name))]).toEqual([
        name,
        [],
      ]);
    }
  });

  it('describes every column of the tables of events, and none that is not there', () => {
    const ofEvents = declared.filter(({ name, isView }) => !isView && !(name in tables));
    expect(ofEvents.length).toBeGreaterThan(SEGMENTS.length);
    for (const { name, columns } of ofEvents) {
      expect([name, columnsIn(sectionOf(name) ?? '').sort()]).toEqual([name, [...columns].sort()]);
    }
  });

  it('draws each view from what it reads', () => {
    const views = declared.filter(({ isView }) => isView).map(({ name }) => name);
    expect(views.filter((name) => !page.includes(`--> ${name}([${name}])`))).toEqual([]);
  });
});
