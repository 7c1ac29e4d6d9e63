import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const { custom } = parse(readFileSync(resolve(root, 'serverless.yml'), 'utf8'), {
  // It holds variables and tags of the framework.
  logLevel: 'error',
});
const { bundle, minify, format, target, platform, mainFields, alias, banner } = custom.esbuild;

/** A larger bundle takes longer to start. Credentials but those of the environment take 130 kB, axios' forms 165 kB. */
it.each([
  ['enrich-sessions', 280_000],
  ['route-sessions', 280_000],
  ['fetch-album-tracks', 660_000],
])('The bundle of %s is smaller than %d bytes', async (name, maxBytes) => {
  const { outputFiles } = await build({
    ...{ bundle, minify, format, target, platform, mainFields, alias, banner },
    absWorkingDir: root,
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: 'handler.js',
    write: false,
  });
  expect(outputFiles[0]?.contents.length).toBeGreaterThan(100_000);
  expect(outputFiles[0]?.contents.length).toBeLessThan(maxBytes);
});
