import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const page = read('docs/settings.md');

/** serverless.yml with CloudFormation's short tags taken as text. */
const { params } = parse(read('serverless.yml'), {
  customTags: ['!Ref', '!Sub', '!GetAtt'].map((tag) => ({ tag, resolve: (text: string) => text })),
});

describe('The settings page', () => {
  it('names every setting', () => {
    const unnamed = Object.keys(params.default).filter((name) => !page.includes(`\`${name}\``));
    expect(unnamed).toEqual([]);
  });

  it('states the defaults that are numbers as they are', () => {
    const rows = [...page.matchAll(/^\| (`[^|]*`) \| ([^|]*) \|/gm)];
    const stated = rows.flatMap(([, names = '', defaults = '']) => {
      const values = defaults.split(', ');
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = ''], i) => [name, values[i]] as const);
    });
    const numbers = stated.filter(([name]) => typeof params.default[name] === 'number');
    expect(numbers.length).toBeGreaterThan(20);
    expect(numbers.filter(([name, value]) => value !== String(params.default[name]))).toEqual([]);
  });
});
