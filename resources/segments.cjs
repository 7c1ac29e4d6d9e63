// Stamps function.yml of the routers and segment.yml once for each segment, so that a new segment is
// one line in core/sessions/segments.ts. CommonJS, because the framework requires it.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { SEGMENTS } = require('../core/sessions/segments.ts');
const { parseYaml, pascal } = require('./template-tools.cjs');

function stamp(file) {
  const template = readFileSync(join(__dirname, '..', file), 'utf8');
  return SEGMENTS.map(({ name }) =>
    parseYaml(
      template
        .replaceAll('__Segment__', pascal(name))
        .replaceAll('__segment__', name)
        .replaceAll('__table__', `sessions_${name.replaceAll('-', '_')}`),
    ),
  );
}

module.exports = {
  functions: Object.assign({}, ...stamp('functions/route-sessions/function.yml')),
  resources: {
    Resources: Object.assign(
      {},
      ...stamp('resources/segment.yml').map(({ Resources }) => Resources),
    ),
  },
};
