import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { checkStore, openStore } from '../../local/package-store.ts';
import { packageService } from '../../local/packaging.ts';
import { ownIdentity } from '../../local/process-identity.ts';
import { asUser } from '../fixtures/as-user.ts';

const here = resolve(import.meta.dirname, '../..');
let root: string;
let store: string;
let madeOnce: string;
const write = (path: string, text: string) => writeFileSync(join(root, path), text);

/** A service of two functions, in a folder of its own. */
function givenService(): void {
  root = mkdtempSync(join(tmpdir(), 'tributary-service-'));
  store = join(root, '.local/packages');
  for (const name of ['node_modules', 'packages']) symlinkSync(join(here, name), join(root, name));
  // What V8 compiles of sls: each folder would compile it again.
  mkdirSync(join(here, '.local/compiled'), { recursive: true });
  mkdirSync(store, { recursive: true });
  symlinkSync(join(here, '.local/compiled'), join(root, '.local/compiled'));
  mkdirSync(join(root, 'functions'));
  mkdirSync(join(root, 'resources'));
  const plugin = 'resources/serverless-esbuild.cjs';
  copyFileSync(join(here, plugin), join(root, plugin));
  write('functions/add.ts', "import { n } from './n.ts';\nexport const handler = () => n;\n");
  write('functions/subtract.ts', "import { n } from './n.ts';\nexport const handler = () => -n;\n");
  write('functions/n.ts', 'export const n: number = 42;\n');
  write('functions/package.json', '{"type":"module"}\n');
  write(
    'serverless.yml',
    `service: tiny
plugins: [./resources/serverless-esbuild.cjs]
provider: { name: aws, runtime: nodejs24.x, environment: { LEVEL: '\${param:level, "1"}' } }
custom: { esbuild: { bundle: true, format: esm, platform: node, minify: true } }
package: { individually: true, patterns: [functions/package.json] }
functions:
  add: { handler: functions/add.handler }
  subtract: { handler: functions/subtract.handler }
`,
  );
}

type Packaged = Awaited<ReturnType<typeof packaged>>;
let atOnce: Packaged[];
/** The one of `atOnce` that packaged; the others waited for it. */
let first: Packaged;
beforeAll(async () => {
  givenService();
  atOnce = await Promise.all([packaged(), packaged(), packaged()]);
  first = atOnce.find(({ steps }) => steps.includes('bundling the functions')) as Packaged;
  madeOnce = root;
});
afterAll(() => rmSync(madeOnce, { recursive: true }));
beforeEach(givenService);
afterEach(() => rmSync(root, { recursive: true }));

/** The folder, and whether it was packaged for this call. */
async function packaged(options: Parameters<typeof packageService>[1] = {}) {
  const steps: string[] = [];
  const folder = await packageService(root, { onStep: (step) => steps.push(step), ...options });
  return { folder, steps };
}

/** The package of the service as it is, made once for all tests. */
function givenPackage(): string {
  cpSync(join(madeOnce, '.local/packages'), store, { recursive: true });
  return join(store, basename(first.folder));
}

/** Nothing that packages this service is running; a zombie is dead. */
function expectNoProcess() {
  const { stdout } = spawnSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' });
  const running = stdout.split('\n').filter((line) => !line.startsWith('Z'));
  expect(running.join('\n')).not.toContain(root);
}

describe('Packaging', () => {
  it('bundles each function, with the files that go along', async () => {
    const { folder, steps } = first;
    expect(steps).toEqual(['reading serverless.yml', 'bundling the functions']);
    const files = (name: string) =>
      unzipSync(readFileSync(join(folder, `.serverless/${name}.zip`)));
    expect(Object.keys(files('add')).sort()).toEqual([
      'functions/add.js',
      'functions/package.json',
    ]);
    const code = Buffer.from(files('subtract')['functions/subtract.js'] ?? []).toString('base64');
    const { handler } = await import(`data:text/javascript;base64,${code}`);
    expect(handler()).toBe(-42);
    expect(readdirSync(madeOnce).sort()).not.toContain('.serverless');
    expect(readdirSync(join(madeOnce, '.local/packages')).sort()).toEqual([
      expect.stringMatching(/^bundles-/),
      folder.split('/').at(-1),
    ]);
  });

  it('takes the same package for the same content, and makes another for other content', async () => {
    const folder = givenPackage();
    expect(await packaged()).toEqual({ folder, steps: [] });
    write('functions/n.ts', 'export const n: number = 43;\n');
    const changed = await packaged();
    expect(changed.folder).not.toBe(folder);
    expect(changed.steps).toEqual(['reading serverless.yml', 'bundling the functions']);
    write('functions/n.ts', 'export const n: number = 42;\n');
    expect(await packaged()).toEqual({ folder, steps: [] });
  });

  it('bundles once for all settings of the same sources', async () => {
    const folder = givenPackage();
    const other = await packaged({ params: ['level=2'] });
    expect(other.folder).not.toBe(folder);
    expect(other.steps).toEqual(['reading serverless.yml', 'writing the template']);
    for (const name of ['add.zip', 'subtract.zip']) {
      const bytes = (of: string) => readFileSync(join(of, '.serverless', name));
      expect(bytes(other.folder).equals(bytes(folder))).toBe(true);
    }
    const template = '.serverless/cloudformation-template-update-stack.json';
    expect(readFileSync(join(other.folder, template), 'utf8')).toMatch(/"LEVEL": "?2"?/);
  });

  it('packages once for all who ask at the same moment', () => {
    expect(new Set(atOnce.map(({ folder }) => folder)).size).toBe(1);
    const makers = atOnce.filter(({ steps }) => steps.includes('bundling the functions'));
    expect(makers).toHaveLength(1);
  });

  it.each(['reading serverless.yml', 'bundling the functions'])(
    'ends at once while %s, and leaves nothing',
    async (until) => {
      const interrupt = new AbortController();
      let abortedAt = 0;
      const work = packageService(root, {
        signal: interrupt.signal,
        onStep(step) {
          if (step !== until) return;
          abortedAt = performance.now();
          // The first step is named before the child has started.
          setImmediate(() => interrupt.abort());
        },
      });
      await expect(work).rejects.toMatchObject({ name: 'AbortError' });
      expect(performance.now() - abortedAt).toBeLessThan(1_000);
      expect(readdirSync(store)).toEqual([]);
      expectNoProcess();
    },
  );

  it('does not wait for a process that died while it packaged', async () => {
    const folder = givenPackage();
    rmSync(folder, { recursive: true });
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(`${folder}.lock`, JSON.stringify({ pid, started: '1' }));
    const begun = new AbortController();
    const onStep = (step: string) => setImmediate(() => begun.abort(step));
    const work = packageService(root, { onStep, signal: begun.signal });
    await expect(work).rejects.toBe('reading serverless.yml');
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });

  it('leaves nothing when its process ends without waiting for it', () => {
    const script = `
      const { packageService } = await import(${JSON.stringify(join(here, 'local/packaging.ts'))});
      const onStep = (step) => step === 'bundling the functions' && process.exit(7);
      await packageService(${JSON.stringify(root)}, { onStep });`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(status).toBe(7);
    expect(readdirSync(store)).toEqual([]);
    expectNoProcess();
  });

  it('packages for a user whose home is not writable', () => {
    const script = `
      const { packageService } = await import(${JSON.stringify(join(here, 'local/packaging.ts'))});
      await packageService(${JSON.stringify(root)});`;
    const env = { ...process.env, HOME: '/dev/null/home' };
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(status).toBe(0);
    // The next one takes what the schema of serverless.yml compiles to.
    expect(existsSync(join(root, '.local/compiled/.serverless/artifacts'))).toBe(true);
  });

  it('removes what a killed process left unfinished, and not what another one makes', async () => {
    const folder = givenPackage();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const left = join(store, 'local-0123456789abcdef');
    mkdirSync(`${left}.unfinished-AbCdEf/.serverless`, { recursive: true });
    writeFileSync(`${left}.lock`, JSON.stringify({ pid, started: '1' }));
    const made = join(store, 'dev-0123456789abcdef');
    mkdirSync(`${made}.unfinished-AbCdEf`);
    writeFileSync(`${made}.lock`, JSON.stringify(ownIdentity()));
    expect(await packaged()).toEqual({ folder, steps: [] });
    expect(readdirSync(store).sort()).toEqual([
      expect.stringMatching(/^bundles-/),
      'dev-0123456789abcdef.lock',
      'dev-0123456789abcdef.unfinished-AbCdEf',
      folder.split('/').at(-1),
    ]);
  });

  it('says in one line that packages cannot be written', () => {
    mkdirSync(store, { recursive: true });
    chmodSync(root, 0o755);
    chmodSync(store, 0o555);
    asUser(() => {
      for (const write of [openStore, checkStore]) {
        expect(() => write(root)).toThrow(
          `${store} is not writable: the service is packaged there, whatever --folder is; make this clone writable, or clone it where you may write`,
        );
      }
    });
    chmodSync(store, 0o755);
  });

  it('says in one line what sls says, and ends what a failed build leaves running', async () => {
    // As some terminals and CI services have it; sls would colour the lines that are read here.
    process.env.FORCE_COLOR = '1';
    write('functions/add.ts', "import { n } from './m.ts';\nexport const handler = n;\n");
    await expect(packaged()).rejects.toThrow(/^'sls package --stage local' failed: .*m\.ts/);
    expectNoProcess();
    write('serverless.yml', 'service: [\n');
    await expect(packaged()).rejects.toThrow(/^'sls package --stage local' failed: \S[^\n]+$/);
    expect(readdirSync(store)).toEqual([]);
    delete process.env.FORCE_COLOR;
  });
});
