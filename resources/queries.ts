import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from '../core/errors.ts';
import { pascal, type Resource, type Resources, readText } from './yaml.ts';

const folder = '../queries';

/** A file of queries/ as a named query; its first comment line is the description. */
function namedQuery(file: string): [string, Resource] {
  const name = file.replace(/\.sql$/, '');
  const QueryString = readText(join(folder, file)).trimEnd();
  const Description = /^-- (.*)$/m.exec(QueryString)?.[1];
  if (!Description) throw new InvalidInput(`queries/${file} does not begin with a comment`);
  const Properties = {
    Name: name,
    Description,
    Database: { Ref: 'Database' },
    WorkGroup: { Ref: 'Workgroup' },
    QueryString,
  };
  return [`${pascal(name)}Query`, { Type: 'AWS::Athena::NamedQuery', Properties }];
}

/** Every query; without the streaming half there are no sessions to ask for. */
export function namedQueries(streaming: boolean): Resources {
  const files = readdirSync(join(import.meta.dirname, folder)).filter(
    (file) => file.endsWith('.sql') && (streaming || !file.startsWith('session-')),
  );
  return Object.fromEntries(files.sort().map(namedQuery));
}
