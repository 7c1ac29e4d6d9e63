import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { InvalidInput } from './errors.ts';

/**
 * Reads a file that a person may have written. Throws `InvalidInput` with one line: which file,
 * what is wrong with it, and the form it should have. The schema only checks: what comes back is
 * the file's own JSON, with its fields in the file's order.
 */
export function readJson<T>(file: string, schema: z.ZodType<T>, form: string): T {
  const fail = (problem: string, cause?: unknown) =>
    new InvalidInput(`${file}: ${problem}; expected ${form}`, { cause });

  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fail(`cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
  let json: unknown;
  try {
    // Some editors put a byte order mark in front.
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    // V8's message quotes the text around the fault, line breaks included.
    throw fail(`is not JSON (${(error as Error).message.replaceAll(/\s+/g, ' ')})`, error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return json as T;
  throw fail(problemOf(parsed.error.issues));
}

/** Every unknown key, since one that is misspelt also lacks under its name; or else the first problem. */
function problemOf(issues: readonly z.core.$ZodIssue[]): string {
  const unknown = issues.filter(({ code }) => code === 'unrecognized_keys');
  const shown = unknown.length > 0 ? unknown : issues.slice(0, 1);
  const more = issues.length - shown.length;
  const said = shown.map(({ path, message }) => `${pathOf(path)}${message}`).join('; ');
  return more > 0 ? `${said} (and ${more} more)` : said;
}

function pathOf(path: PropertyKey[]): string {
  const written = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  return written === '' ? '' : `${written.replace(/^\./, '')}: `;
}
