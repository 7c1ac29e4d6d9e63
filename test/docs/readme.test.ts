import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');

/** serverless.yml with CloudFormation's short tags taken as text. */
const { params } = parse(read('serverless.yml'), {
  customTags: ['!Ref', '!Sub', '!GetAtt'].map((tag) => ({ tag, resolve: (text: string) => text })),
});

describe('The README', () => {
  it('names every setting, or the operations page does', () => {
    const pages = readme + read('docs/operations.md');
    const unnamed = Object.keys(params.default).filter((name) => !pages.includes(`\`${name}\``));
    expect(unnamed).toEqual([]);
  });

  it('tells the defaults as they are, where they are numbers', () => {
    const rows = [...readme.matchAll(/^\| (`[^|]*`) \| ([^|]*) \|/gm)];
    const told = rows.flatMap(([, names = '', defaults = '']) => {
      const values = defaults.split(', ');
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = ''], i) => [name, values[i]] as const);
    });
    const numbers = told.filter(([name]) => typeof params.default[name] === 'number');
    expect(numbers.length).toBeGreaterThan(20);
    expect(numbers.filter(([name, value]) => value !== String(params.default[name]))).toEqual([]);
  });

  it('leads to files that are there', () => {
    const files = [...readme.matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(() => readFileSync(join(root, file))).not.toThrow(/ENOENT/);
  });
});
