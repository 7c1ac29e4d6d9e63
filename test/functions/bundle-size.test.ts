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

/** A larger bundle takes longer to start. Credentials but those of the environment take 130 kB. */
const MAX_BYTES = 280_000;

it.each(['enrich-sessions', 'route-sessions'])(
  'The bundle of %s is smaller than 280 kB',
  async (name) => {
    const { outputFiles } = await build({
      ...{ bundle, minify, format, target, platform, mainFields, alias, banner },
      absWorkingDir: root,
      entryPoints: [`functions/${name}/handler.ts`],
      outfile: 'handler.js',
      write: false,
    });
    expect(outputFiles[0]?.contents.length).toBeGreaterThan(100_000);
    expect(outputFiles[0]?.contents.length).toBeLessThan(MAX_BYTES);
  },
);
