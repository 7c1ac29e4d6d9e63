import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const pluginsOf: (serverless: object) => Plugin[] = createRequire(import.meta.url)(
  '../../resources/bundle-together.cjs',
);
const NAMES = ['add', 'subtract'];
const entryOf = (name: string) => `functions/${name}/handler.ts`;

let folder: string;
let plugins: Plugin[];
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
const bundleOf = (name: string, at: string) => join(folder, at, entryOf(name).replace(/ts$/, 'js'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-bundles-'));
  for (const name of NAMES) {
    mkdirSync(join(folder, 'functions', name), { recursive: true });
    write(
      entryOf(name),
      `import { of } from '../of.ts';\nexport const handler = () => of('${name}');\n`,
    );
  }
  write('functions/of.ts', 'export const of = (name: string) => name.length;\n');
  class EsbuildServerlessPlugin {
    functionEntries = NAMES.map((name) => ({ entry: entryOf(name) }));
    buildDirPath = join(folder, 'together');
  }
  const pluginManager = { plugins: [new Map(), new EsbuildServerlessPlugin()] };
  plugins = pluginsOf({ pluginManager, serviceDir: folder });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As serverless-esbuild calls it for each function. */
function bundle(name: string, at: string, options: BuildOptions = {}) {
  return build({
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    entryPoints: [entryOf(name)],
    outdir: join(folder, at, `functions/${name}`),
    logLevel: 'silent',
    ...options,
  });
}

it('The call for one function bundles all of them, each as it is bundled alone', async () => {
  await bundle('add', 'together', { plugins });
  expect(existsSync(bundleOf('subtract', 'together'))).toBe(true);
  await bundle('subtract', 'together', { plugins });
  for (const name of NAMES) {
    await bundle(name, 'alone');
    const [together, alone] = ['together', 'alone'].map((at) =>
      readFileSync(bundleOf(name, at), 'utf8'),
    );
    expect(together).toBe(alone);
  }
});

it('Every call fails with the error of the file that cannot be bundled', async () => {
  write(entryOf('subtract'), "import '../missing.ts';\n");
  for (const name of NAMES) {
    await expect(bundle(name, 'together', { plugins })).rejects.toThrow(
      /functions\/subtract\/handler\.ts:1:7: ERROR: .*Could not resolve "\.\.\/missing\.ts"/,
    );
  }
});
