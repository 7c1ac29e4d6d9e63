import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { givenTemplate, ofType, PACKAGING_MS, type Template } from '../resources/fixtures.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** The alarms of the page's table: `ingest-failed`, `<function>-errors`. */
const listed = [...page.matchAll(/^\| `((?:<\w+>|\w+)-[a-z-]+)` \|/gm)].map(([, name]) => name);

let dev: Template;
let prod: Template;
beforeAll(async () => {
  [dev, prod] = [await givenTemplate('dev'), await givenTemplate('prod')];
}, PACKAGING_MS);

const namesOf = (template: Template): string[] =>
  ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
    Properties.AlarmName.replace(/^tributary-[a-z]+-/, ''),
  );

/** As the page has it: a placeholder in angle brackets for what differs between alarms of a kind. */
function patternOf(name: string, template: Template): string {
  const [subject = ''] = name.split('-');
  const kindOf: Record<string, string> = {
    'AWS::Kinesis::Stream': '<stream>',
    'AWS::KinesisFirehose::DeliveryStream': '<delivery>',
  };
  const type = template.Resources[subject]?.Type ?? '';
  const id = `${subject.charAt(0).toUpperCase()}${subject.slice(1)}LambdaFunction`;
  const of = kindOf[type] ?? (template.Resources[id] ? '<function>' : subject);
  return of + name.slice(subject.length);
}

const patternsOf = (template: Template): Set<string> =>
  new Set(namesOf(template).map((name) => patternOf(name, template)));

describe('The operations page', () => {
  it('lists every alarm of the template', () => {
    expect([...patternsOf(dev)].filter((pattern) => !listed.includes(pattern))).toEqual([]);
    expect([...patternsOf(prod)].filter((pattern) => !listed.includes(pattern))).toEqual([]);
  });

  it('lists no alarm that does not exist, and none twice', () => {
    const patterns = patternsOf(prod);
    expect(listed.filter((pattern) => !patterns.has(pattern ?? ''))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('has a section for each of them', () => {
    const sections = [...page.matchAll(/^### `(.*)`$/gm)].map(([, name]) => name);
    expect(sections).toEqual(listed);
  });

  it('says how many resources the stacks have, and how many alarms a segment', () => {
    const count = ({ Resources }: Template) => Object.keys(Resources).length;
    const inWords = page.replaceAll(/\s+/g, ' ');
    expect(inWords).toContain(`\`dev\` has ${count(dev)}, \`prod\` ${count(prod)}, and a segment`);
    const ofSegment = Object.entries(prod.Resources).filter(([id]) => id.includes('Usa'));
    expect(inWords).toContain(`a segment adds ${ofSegment.length} at the most`);
    const alarms = ofSegment.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
    expect([alarms.length, inWords.includes('table and ten alarms')]).toEqual([10, true]);
  });

  it('links to headings that exist', () => {
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });
});
