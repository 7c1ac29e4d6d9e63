import leven from 'leven';
import { InvalidInput } from '../errors.ts';

const SKIPPED = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
const SELECTS = /^\(*\s*(select|with|values|table)\b/i;
const DESCRIBES = /^(show|describe|desc|explain(?!\s*(\([^)]*)?\banalyze))\b/i;
const WRITES =
  /\b(insert|update|delete|merge|create|drop|alter|truncate|unload|copy|attach|detach|install|load|call|execute|prepare|grant|revoke|set|reset|pragma|vacuum|export|import|msck|use)\b/i;

const FIRST_WORDS = ['select', 'with', 'values', 'table', 'show', 'describe', 'explain'];

/**
 * The query without its last semicolon. Throws InvalidInput for anything but one SELECT: Athena would also
 * drop a table for a user who may. Words in text, quoted names and comments do not count.
 * What is no SQL passes too, for the engine to say where: a misspelt first word, an open quotation mark.
 */
export function selectOnly(sql: string): string {
  const statement = oneStatement(sql);
  if (!SELECTS.test(statement) && !isMisspelt(statement)) {
    throw new InvalidInput('Only a SELECT runs here: the tables belong to the pipeline');
  }
  const [word] = WRITES.exec(statement) ?? [];
  if (word) {
    throw new InvalidInput(
      `Only a SELECT runs here, without ${word.toUpperCase()}; a column of that name is "${word}"`,
    );
  }
  return withoutSemicolon(sql);
}

/** As `selectOnly`, and takes what describes tables as well: SHOW, DESCRIBE, EXPLAIN. */
export const readOnly = (sql: string): string =>
  DESCRIBES.test(oneStatement(sql)) ? withoutSemicolon(sql) : selectOnly(sql);

/** The statement with texts and comments blanked. */
function oneStatement(sql: string): string {
  const bare = sql.replace(SKIPPED, (part) => (/^['"]/.test(part) ? "''" : ' ')).trim();
  const statement = withoutSemicolon(bare);
  if (statement === '') throw new InvalidInput('Write a query first');
  if (statement.includes(';')) {
    throw new InvalidInput('One query at a time: there is a semicolon in it');
  }
  if (/['"`]/.test(statement.replaceAll("''", '')) && WRITES.test(sql)) {
    throw new InvalidInput('A quotation mark is not closed');
  }
  return statement;
}

/** No statement of its own has a name that is so near. */
function isMisspelt(statement: string): boolean {
  const [word = ''] = /^\w{4,}/.exec(statement.toLowerCase()) ?? [];
  return !FIRST_WORDS.includes(word) && FIRST_WORDS.some((known) => leven(word, known) <= 2);
}

const withoutSemicolon = (sql: string): string => sql.trim().replace(/[;\s]+$/, '');
