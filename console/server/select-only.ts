import { HttpError } from './errors.ts';

const SKIPPED = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
const WRITES =
  /\b(insert|update|delete|merge|create|drop|alter|truncate|unload|copy|attach|detach|install|load|call|execute|prepare|grant|revoke|set|reset|pragma|vacuum|export|import|msck|use)\b/i;

/**
 * The query without its last semicolon. Throws for anything but one SELECT: Athena would also drop a
 * table for a person who may. Words in text, quoted names and comments do not count.
 */
export function selectOnly(sql: string): string {
  const bare = sql.replace(SKIPPED, (part) => (/^['"]/.test(part) ? "''" : ' ')).trim();
  const statement = bare.replace(/[;\s]+$/, '');
  if (statement === '') throw new HttpError(400, 'Write a query first');
  if (statement.includes(';'))
    throw new HttpError(400, 'One query at a time: there is a semicolon in it');
  if (/['"`]/.test(statement.replaceAll("''", ''))) {
    throw new HttpError(400, 'A quotation mark is not closed');
  }
  if (!/^\(*\s*(select|with)\b/i.test(statement)) {
    throw new HttpError(400, 'Only a SELECT runs here: the tables belong to the pipeline');
  }
  const [word] = WRITES.exec(statement) ?? [];
  if (word) {
    const quoted = `"${word}"`;
    throw new HttpError(
      400,
      `Only a SELECT runs here, without ${word.toUpperCase()}; a column of that name is ${quoted}`,
    );
  }
  return sql.trim().replace(/[;\s]+$/, '');
}
