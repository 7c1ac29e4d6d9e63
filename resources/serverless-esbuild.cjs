// The plugin of that name, loaded after those above it in serverless.yml have checked the command: it takes
// half a second, and the framework would load it first.
module.exports = function ServerlessEsbuild(...args) {
  return new (require('serverless-esbuild'))(...args);
};
