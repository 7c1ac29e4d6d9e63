// After `npm ci`: removes Node's C++ headers, 68 MB that only the build of native modules reads. Every
// package here brings its builds.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const nodes = fileURLToPath(new URL('../node_modules/node/node_modules/', import.meta.url));
const builds = existsSync(nodes)
  ? readdirSync(nodes).filter((name) => name.startsWith('node-'))
  : [];
for (const build of builds) rmSync(`${nodes}${build}/include`, { recursive: true, force: true });
