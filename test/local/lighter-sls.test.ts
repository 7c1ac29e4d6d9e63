import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-lighter-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a script prints, as JSON, in a process that has loaded what sls is started with. */
function ask(script: string, env: Record<string, string> = {}) {
  const file = join(root, 'local/lighter-sls.cjs');
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  return JSON.parse(execFileSync(process.execPath, ['--require', file, '-e', script], options));
}

describe('In the process of sls', () => {
  it('an object with cycles is written as json-cycle writes it', () => {
    const shared = { 'a "name"': [1, null, undefined, 'é'] };
    const given = `
      const shared = ${JSON.stringify(shared)};
      const given = { shared, list: [shared, new Date(0), { toJSON: () => ({ shared }) }], none: undefined };
      given.list.push(given, given.list);`;
    const own = ask(`${given}
      console.log(JSON.stringify(require('json-cycle').stringify(given, null, 2)));`);
    const path = createRequire(import.meta.url).resolve('json-cycle');
    const plain = ask(`${given}
      console.log(JSON.stringify(require(${JSON.stringify(path)}).stringify(given, null, 2)));`);
    expect(own).toContain('"$ref": "$[\\"list\\"]"');
    expect(own).toBe(plain);
  });

  it('the bundler comes without the parts of its packages that it never uses', () => {
    const [isPlugin, loaded] = ask(`
      const Plugin = require('serverless-esbuild');
      const names = Object.keys(require.cache).map((file) => /.*node_modules.((@[^/\\\\]+.)?[^/\\\\]+)/.exec(file)?.[1]);
      console.log(JSON.stringify([typeof Plugin, [...new Set(names)]]));`);
    expect(isPlugin).toBe('function');
    expect(loaded).toContain('effect');
    expect(loaded).not.toContain('fast-check');
    expect(loaded).not.toContain('undici');
  });

  it('what a schema compiles to is kept, for code that is the same', () => {
    const validate = (limit: number) =>
      ask(
        `const Module = require('node:module');
        const name = ${JSON.stringify(join(root, '[generated-ajv-validate]x.js'))};
        const generated = new Module(name);
        generated.filename = name;
        generated._compile('module.exports = (n) => n < ${limit};', name);
        console.log(JSON.stringify([generated.exports(4), generated.exports(6)]));`,
        { NODE_COMPILE_CACHE: folder },
      );
    const kept = () => readdirSync(folder).filter((name) => name.startsWith('validator-'));
    expect(validate(5)).toEqual([true, false]);
    expect(kept()).toHaveLength(1);
    expect(validate(5)).toEqual([true, false]);
    expect(kept()).toHaveLength(1);
    expect(validate(3)).toEqual([false, false]);
    const files = kept();
    expect(files).toHaveLength(2);
    for (const name of files) writeFileSync(join(folder, name), 'of another version');
    expect(validate(5)).toEqual([true, false]);
    expect(kept().sort()).toEqual(files.sort());
  });
});
