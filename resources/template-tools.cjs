// What the .cjs files of this folder share. CommonJS, because the framework requires it.
const { parse } = require('yaml');

const customTags = [
  { tag: '!Ref', resolve: (name) => ({ Ref: name }) },
  { tag: '!GetAtt', resolve: (path) => ({ 'Fn::GetAtt': path.split('.') }) },
  { tag: '!Sub', resolve: (text) => ({ 'Fn::Sub': text }) },
];

module.exports = {
  /** YAML with CloudFormation's short tags, as the framework reads it. */
  parseYaml: (text) => parse(text, { customTags }),
  /** `new-releases` as it stands in logical ids: `NewReleases`. */
  pascal: (name) => name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter) => letter.toUpperCase()),
};
