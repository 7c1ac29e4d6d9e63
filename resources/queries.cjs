// Every file of queries/ as a named query of the workgroup; its first comment line says what it answers.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { pascal } = require('./template-tools.cjs');

const folder = join(__dirname, '../queries');

const namedQuery = (file) => {
  const name = file.replace(/\.sql$/, '');
  const QueryString = readFileSync(join(folder, file), 'utf8').trimEnd();
  const Description = /^-- (.*)$/m.exec(QueryString)?.[1];
  if (!Description) throw new Error(`queries/${file} does not begin with a comment`);
  const Properties = {
    Name: name,
    Description,
    Database: { Ref: 'Database' },
    WorkGroup: { Ref: 'Workgroup' },
    QueryString,
  };
  return [`${pascal(name)}Query`, { Type: 'AWS::Athena::NamedQuery', Properties }];
};

const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));

module.exports = { Resources: Object.fromEntries(files.sort().map(namedQuery)) };
