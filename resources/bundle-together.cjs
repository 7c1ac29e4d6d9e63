// For serverless-esbuild, which bundles function by function and so parses the SDK for each of them: one call
// of esbuild bundles all that it asks for, in half of the time.
const { build } = require('esbuild');

module.exports = ({ pluginManager, serviceDir }) => {
  const { functionEntries, buildDirPath } = pluginManager.plugins.find(
    (plugin) => plugin.constructor.name === 'EsbuildServerlessPlugin',
  );
  const entryPoints = [...new Set(functionEntries.map(({ entry }) => entry))];
  let together;
  return [
    {
      name: 'bundle-together',
      setup({ initialOptions, onStart }) {
        const { plugins, ...options } = initialOptions;
        together ??= build({
          ...options,
          entryPoints,
          outbase: serviceDir,
          outdir: buildDirPath,
          logLevel: 'silent',
        }).then(
          () => {},
          ({ errors }) => ({ errors }),
        );
        // What is left of the call for one function waits for its file.
        initialOptions.entryPoints = [];
        onStart(() => together);
      },
    },
  ];
};
