// What serverless.yml takes from TypeScript. The framework requires CommonJS and may run on Node 20, which
// cannot import TypeScript: esbuild bundles it in memory.
const Module = require('node:module');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

const {
  outputFiles: [bundle],
} = buildSync({
  entryPoints: [join(__dirname, 'service.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  define: { 'import.meta.dirname': JSON.stringify(__dirname) },
});
const file = join(__dirname, 'service.cjs');
const service = new Module(file, module);
service.paths = module.paths;
service._compile(bundle.text, file);
module.exports = { ...service.exports };
