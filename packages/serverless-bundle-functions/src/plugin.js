// A plugin of the Serverless Framework: bundles every function with one call of esbuild, which reads
// each module once however many functions import it. Plain CommonJS: the framework may run on Node 20.
//
// `custom.esbuild` holds esbuild's own options. `package.patterns` names the files that each archive
// also gets, without wildcards. `package`, `deploy`, `deploy function` and `invoke local` work as without the plugin.
const {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join, posix } = require('node:path');
const esbuild = require('esbuild');
const { zipSync } = require('fflate');

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];
/** The first that a zip archive can hold: same content, same archive. */
const NO_DATE = new Date(1980, 0, 1);

module.exports = class BundleFunctions {
  constructor(serverless, options, { log }) {
    this.serverless = serverless;
    this.options = options;
    this.log = log;
    const pack = () => this.pack();
    this.hooks = {
      'before:package:createDeploymentArtifacts': pack,
      'before:deploy:function:packageFunction': pack,
      'before:invoke:local:invoke': () => this.unpack(),
    };
  }

  /** An archive for each function, in the place where the framework looks for artifacts. */
  async pack() {
    const { serviceDir } = this.serverless;
    const folder = join(serviceDir, '.serverless');
    mkdirSync(folder, { recursive: true });
    const functions = this.functions();
    const archives = await this.bundle(functions);
    for (const [key, files] of archives) {
      const artifact = join(folder, `${key}.zip`);
      writeFileSync(artifact, zipSync(files, { level: 6, mtime: NO_DATE }));
      functions[key].package = { ...functions[key].package, artifact };
    }
    this.log.notice(`Bundled ${archives.size} functions`);
  }

  /** The files of one function in a folder that `invoke local` takes for the service's. */
  async unpack() {
    const folder = mkdtempSync(join(tmpdir(), 'serverless-bundle-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const { [this.options.function]: invoked } = this.functions();
    for (const files of (await this.bundle({ invoked })).values()) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
    }
    this.serverless.config.servicePath = folder;
    this.serverless.serviceDir = folder;
    process.chdir(folder);
  }

  functions() {
    const { functions } = this.serverless.service;
    const { function: key } = this.options;
    return key ? { [key]: functions[key] } : functions;
  }

  /** For each key, its files by path; modules that functions share are bundled once. */
  async bundle(functions) {
    const { serviceDir, service } = this.serverless;
    const entries = new Map(
      Object.entries(functions).map(([key, { handler }]) => [key, moduleOf(handler, serviceDir)]),
    );
    const { outputFiles } = await esbuild.build({
      ...service.custom?.esbuild,
      entryPoints: Object.fromEntries([...entries.values()].map(({ path, file }) => [path, file])),
      absWorkingDir: serviceDir,
      outdir: join(serviceDir, '.serverless'),
      bundle: true,
      write: false,
      logLevel: 'error',
    });
    const bundles = new Map(
      outputFiles.map(({ path, contents }) => [
        path.slice(join(serviceDir, '.serverless/').length).split('\\').join('/'),
        contents,
      ]),
    );
    const shared = Object.fromEntries(
      (service.package.patterns ?? []).map((path) => [path, readFileSync(join(serviceDir, path))]),
    );
    return new Map(
      [...entries].map(([key, { path }]) => [
        key,
        { ...shared, [`${path}.js`]: bundles.get(`${path}.js`) },
      ]),
    );
  }
};

function moduleOf(handler, folder) {
  const path = posix.normalize(handler.slice(0, handler.lastIndexOf('.')));
  const extension = EXTENSIONS.find((each) => existsSync(join(folder, path + each)));
  if (!extension) throw new Error(`${handler}: no module ${path}${EXTENSIONS[0]}`);
  return { path, file: join(folder, path + extension) };
}
