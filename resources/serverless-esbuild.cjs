const { copyFileSync, mkdirSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

/** A folder of `<function>.zip`: what local/packaging.ts has bundled of the same sources for another stage. */
const { TRIBUTARY_BUNDLES } = process.env;

/** For `sls package`: the bundles of the folder are the artifacts, and no bundler is loaded. */
class KeptBundles {
  constructor(serverless) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => {
        const { serviceDir, service } = serverless;
        mkdirSync(join(serviceDir, '.serverless'), { recursive: true });
        for (const file of readdirSync(TRIBUTARY_BUNDLES)) {
          copyFileSync(join(TRIBUTARY_BUNDLES, file), join(serviceDir, '.serverless', file));
        }
        for (const name of service.getAllFunctions()) {
          service.getFunction(name).package = { artifact: `.serverless/${name}.zip` };
        }
      },
    };
  }
}

// The plugin of that name, loaded after those above it in serverless.yml have checked the command: it takes
// half a second, and the framework would load it first.
module.exports = function ServerlessEsbuild(...args) {
  return TRIBUTARY_BUNDLES
    ? new KeptBundles(...args)
    : new (require('serverless-esbuild'))(...args);
};
