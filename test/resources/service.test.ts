import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const shim = join(root, 'resources/index.cjs');

it('gives the framework everything that serverless.yml takes, on a Node without TypeScript too', () => {
  // Node 20, which a globally installed sls may run on, cannot import TypeScript.
  const script = `console.log(JSON.stringify(Object.keys(require(${JSON.stringify(shim)}))))`;
  const output = execFileSync(process.execPath, ['--no-experimental-strip-types', '-e', script], {
    cwd: '/',
    encoding: 'utf8',
  });
  const service = readFileSync(join(root, 'serverless.yml'), 'utf8');
  const taken = [...service.matchAll(/file\(resources\/index\.cjs\):(\w+)/g)].map(
    ([, name]) => name,
  );
  expect(taken.length).toBeGreaterThan(5);
  expect(JSON.parse(output)).toEqual(expect.arrayContaining(taken));
});
