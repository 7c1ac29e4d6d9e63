import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { testTool } from '../fixtures/test-tool.ts';

/** Says what is wrong with a text by Trino's grammar; nothing when it parses. */
export type TrinoParser = (sql: string) => string[];

/** The files that need it share one bundle: made in the first run, kept beside the package. */
export async function loadTrinoParser(): Promise<TrinoParser> {
  const folder = await testTool('dt-sql-parser@4.5.1');
  const bundle = join(folder, 'trino.mjs');
  if (!existsSync(bundle)) await writeBundle(folder, bundle);
  const { TrinoSQL } = await import(bundle);
  const parser = new TrinoSQL();
  return (sql) => parser.validate(sql).map(({ message }: { message: string }) => message);
}

/** dt-sql-parser's own files import folders, which no ES module loader resolves: it is bundled. */
async function writeBundle(folder: string, bundle: string): Promise<void> {
  const unfinished = `${bundle}.unfinished-${process.pid}`;
  await build({
    entryPoints: ['dt-sql-parser/dist/parser/trino'],
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    outfile: unfinished,
  });
  renameSync(unfinished, bundle);
}

/** Comments and the content of strings out, so that words and signs are SQL; units of time stay. */
export const codeOf = (sql: string): string =>
  sql
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/'(?:[^']|'')*'/g, (text) => (/^'[a-z]+'$/.test(text) ? text : "''"));

/** Functions that are there in both engines and answer the same, nulls included. */
const SHARED_FUNCTIONS = new Set([
  ...['count', 'sum', 'avg', 'min', 'max', 'row_number', 'round', 'nullif', 'coalesce', 'cast'],
  ...['length', 'date_diff'],
  // Of these DuckDB knows by local/sql.ts: sequence, and cardinality of lists.
  ...['cardinality', 'sequence', 'unnest'],
]);
const KEYWORDS = new Set(
  'and as by from filter having in join not on or over partition select then using values when where with'.split(
    ' ',
  ),
);

/** What the grammar lets pass, and the engines take differently or one of them not at all. */
const IDIOMS: [RegExp, string][] = [
  [/;/, 'a semicolon: Athena takes one statement, without it'],
  [/\d\.\d/, 'a decimal literal: Trino cuts a quotient of decimals to their scale; write 1e2'],
  [/date_diff\((?!'millisecond',)/i, 'date_diff: Trino counts whole units, DuckDB boundaries'],
  [
    /(?<!CAST\()\bcurrent_date\s*[-+]/i,
    'date ± interval: a DATE in Trino, a TIMESTAMP in DuckDB; cast it to date',
  ],
  [/\bcurrent_timestamp\b/i, 'current_timestamp: has a time zone, the columns have none'],
  [/"/, 'a quoted name: Athena and the crawler know lower-case names alone'],
  [/\b(?:SEMI|ANTI|ASOF|POSITIONAL)\s+JOIN\b/i, 'a join of DuckDB alone'],
  [/\b(?:ORDER|GROUP)\s+BY\s+ALL\b/i, 'BY ALL of DuckDB'],
];

/** Where the SQL leaves what Trino and DuckDB have in common. */
export function differencesIn(sql: string): string[] {
  const code = codeOf(sql);
  const called = [...code.matchAll(/(?<!\bAS\s+)\b([a-z_]\w*)\s*\(/gi)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  const unknown = called.filter((name) => !KEYWORDS.has(name) && !SHARED_FUNCTIONS.has(name));
  return [
    ...unknown.map((name) => `${name}(): not known to be in both engines`),
    ...IDIOMS.filter(([pattern]) => pattern.test(code)).map(([, reason]) => reason),
    ...unguardedDivisions(code).map((divisor) => `${divisor}: between integers Trino cuts it off`),
    ...aliasesGroupedBy(code).map((alias) => `${alias}: Trino knows no alias in GROUP BY, HAVING`),
  ];
}

/** A quotient is safe when a double stands on one side: `/ 6e4`, or `CAST(… AS double) /`. */
const unguardedDivisions = (code: string): string[] =>
  [...code.matchAll(/\/\s*(\S*)/g)]
    .filter(
      ({ 1: divisor = '', index }) =>
        !/^\d+e\d/.test(divisor) && !/AS double\)\s*$/i.test(code.slice(0, index)),
    )
    .map(([division]) => division);

function aliasesGroupedBy(code: string): string[] {
  const aliases = [...code.matchAll(/(\S+)\s+AS\s+([a-z_]\w*)(?!\s*\()\b/gi)]
    // `a.id AS id` names what is there anyway.
    .filter(([, value, alias]) => value?.split('.').at(-1) !== alias)
    .map(([, , alias = '']) => alias);
  const clauses = [
    ...code.matchAll(/\b(?:GROUP\s+BY|HAVING)\b(.*?)(?=\bORDER\s+BY\b|\bSELECT\b|$)/gis),
  ];
  return aliases.filter((alias) =>
    clauses.some(([, clause = '']) => new RegExp(`(?<![.\\w])${alias}(?![.\\w])`).test(clause)),
  );
}

/** DuckDB's `//` divides as Trino's `/` does: integers are cut off, doubles are not. */
export const withTrinoDivision = (sql: string): string =>
  sql.replaceAll(/--.*$/gm, '').replaceAll('/', '//');
