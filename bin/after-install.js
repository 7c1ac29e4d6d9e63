// After `npm ci`: removes what nothing here reads of the packages, 135 MB: Node's C++ headers, which only the
// build of native modules needs (every package brings its builds); source maps, with the TypeScript that
// they show; and of effect, which serverless-esbuild requires as CommonJS, the ES modules and their types.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
const remove = (path) => rmSync(`${modules}${path}`, { recursive: true, force: true });
const namesIn = (path) => (existsSync(`${modules}${path}`) ? readdirSync(`${modules}${path}`) : []);

const nodes = 'node/node_modules/';
for (const name of namesIn(nodes)) if (name.startsWith('node-')) remove(`${nodes}${name}/include`);

for (const name of ['effect', ...namesIn('@effect').map((name) => `@effect/${name}`)]) {
  for (const build of ['esm', 'dts']) remove(`${name}/dist/${build}`);
}

const isSource = (name) => name.endsWith('.map') || /(?<!\.d)\.[cm]?ts$/.test(name);
/** Links are left alone: they lead to the packages of this repository. */
function removeSources(folder) {
  for (const entry of readdirSync(`${modules}${folder}`, { withFileTypes: true })) {
    if (entry.isDirectory()) removeSources(`${folder}${entry.name}/`);
    else if (entry.isFile() && isSource(entry.name)) remove(`${folder}${entry.name}`);
  }
}
if (existsSync(modules)) removeSources('');
