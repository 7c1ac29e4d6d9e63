import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .replace(/&\w+;/g, '')
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, h = '']) => anchorOf(h));

describe.each(pages)('%s', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#:\s]*)(?:#([^)]*))?\)/g)];

  it('links to files and headings that exist', () => {
    for (const [, file = '', anchor] of links) {
      const target = file === '' ? page : join(dirname(page), file);
      if (anchor === undefined)
        expect(() => readFileSync(join(root, target))).not.toThrow(/ENOENT/);
      else expect(anchorsOf(read(target))).toContain(anchor);
    }
  });
});
