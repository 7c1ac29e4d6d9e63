import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bundlePage } from '../../console/server/bundle.ts';

it('sends at most 250 kB of script, compressed', async () => {
  const folder = await bundlePage();
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js.gz'));
  const bytes = scripts.map((name) => statSync(join(folder, name)).size);
  expect(scripts).toContain('app.js.gz');
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(250_000);
});

describe('bundles', () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'tributary-console-'));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  it('that several consoles make at the same moment are one, and whole', async () => {
    const folders = await Promise.all([bundlePage(cache), bundlePage(cache), bundlePage(cache)]);
    const [folder = ''] = folders;
    expect(new Set(folders).size).toBe(1);
    expect(readdirSync(cache)).toEqual([basename(folder)]);
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['app.js', 'app.js.br', 'app.js.gz', 'report.mjs', 'style.css']),
    );
  });

  it('of other sources are removed a day later', async () => {
    for (const [name, days] of [
      ['old', 2],
      ['old.unfinished-AbCdEf', 2],
      ['served', 0.5],
    ] as const) {
      mkdirSync(join(cache, name));
      const then = new Date(Date.now() - days * 24 * 3_600_000);
      utimesSync(join(cache, name), then, then);
    }
    const folder = await bundlePage(cache);
    expect(readdirSync(cache).sort()).toEqual([basename(folder), 'served'].sort());
  });
});
