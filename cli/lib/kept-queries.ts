import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from '../../core/errors.ts';

const folder = join(import.meta.dirname, '../../queries');

export interface KeptQuery {
  readonly name: string;
  /** Its first line, a comment. */
  readonly title: string;
}

/** The queries of queries/, by name. */
export function listKeptQueries(): KeptQuery[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file) => ({
    name: file.slice(0, -'.sql'.length),
    title: (read(file).split('\n')[0] ?? '').replace(/^--\s*/, ''),
  }));
}

/** Text that can be the name of a kept query, and no SQL. */
export const isQueryName = (text: string): boolean => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);

export function readKeptQuery(name: string): string {
  const isKept = listKeptQueries().some((query) => query.name === name);
  if (!isKept)
    throw new InvalidInput(`No kept query ${name}: \`npx tributary query --list\` shows them`);
  return read(`${name}.sql`);
}

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
