import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Neither part of the service nor small. */
const LEFT_OUT = ['.git', '.local', '.serverless', '.esbuild', 'node_modules', 'coverage'];

/**
 * Copies the service into `target` with one plugin more and with other defaults of the stage `dev`, so
 * that the check deploys what a person deploys, by the same commands.
 */
export function copyService(
  root: string,
  target: string,
  changes: { plugin: string; defaults: Record<string, unknown> },
): void {
  rmSync(target, { recursive: true, force: true });
  // `target` is below `root`, which cpSync refuses to copy as a whole.
  for (const name of readdirSync(root)) {
    if (LEFT_OUT.includes(name)) continue;
    cpSync(join(root, name), join(target, name), {
      recursive: true,
      filter: (source) => !LEFT_OUT.includes(basename(source)),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  const params = `const { params } = require('./resources/index.cjs');
Object.assign(params.dev, ${JSON.stringify(changes.defaults)});
module.exports = { params };
`;
  writeFileSync(join(target, 'check-params.cjs'), params);
  const file = join(target, 'serverless.yml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    replaced(
      replaced(text, /^plugins:\n/m, `plugins:\n  - ${changes.plugin}\n`),
      /^params: .*$/m,
      'params: $${file(check-params.cjs):params}',
    ),
  );
}

function replaced(text: string, pattern: RegExp, by: string): string {
  const changed = text.replace(pattern, by);
  if (changed === text) throw new Error(`serverless.yml has nothing like ${pattern}`);
  return changed;
}
