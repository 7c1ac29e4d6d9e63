import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const shim = join(import.meta.dirname, '../../resources/index.cjs');

it('gives the framework everything that serverless.yml takes, on a Node without TypeScript too', () => {
  // Node 20, which a globally installed sls may run on, cannot import TypeScript.
  const script = `console.log(JSON.stringify(Object.keys(require(${JSON.stringify(shim)}))))`;
  const output = execFileSync(process.execPath, ['--no-experimental-strip-types', '-e', script], {
    cwd: '/',
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toEqual(
    expect.arrayContaining(['routers', 'streaming', 'queries', 'alarms', 'dashboard', 'roles']),
  );
});
