/** Columns by table. */
export type Schema = ReadonlyMap<string, readonly string[]>;

const KEYWORDS = [
  ...['SELECT', 'FROM', 'WHERE', 'GROUP BY', 'ORDER BY', 'HAVING', 'LIMIT', 'JOIN', 'LEFT JOIN'],
  ...['ON', 'WITH', 'AS', 'AND', 'OR', 'NOT', 'NULL', 'DISTINCT', 'count(*)', 'DESC'],
];

/** Rows of table and column, as information_schema has them. */
export function schemaOf(rows: readonly (readonly unknown[])[]): Schema {
  const schema = new Map<string, string[]>();
  for (const [table, column] of rows) {
    const columns = schema.get(String(table)) ?? [];
    schema.set(String(table), [...columns, String(column)]);
  }
  return schema;
}

/** For readline: what may follow, and the part of a word that it completes. */
export function completeSql(line: string, schema: Schema): [string[], string] {
  const [word = ''] = /[\w.]*$/.exec(line) ?? [];
  const before = line.slice(0, line.length - word.length);
  const candidates = candidatesFor(before, word, line, schema);
  const matches = candidates.filter((each) => each.toLowerCase().startsWith(word.toLowerCase()));
  return [[...new Set(matches)], word];
}

function candidatesFor(before: string, word: string, line: string, schema: Schema): string[] {
  const tables = [...schema.keys()];
  const [, qualifier] = /^(\w+)\.\w*$/.exec(word) ?? [];
  if (qualifier !== undefined) {
    return columnsOf(tableOf(qualifier, line, schema), schema).map(
      (name) => `${qualifier}.${name}`,
    );
  }
  if (/\b(from|join)\s+$/i.test(before) || /\\d\s+$/.test(before)) return tables;
  const named = tables.filter((table) => new RegExp(`\\b${table}\\b`).test(line));
  // All columns of all tables would fill more than a screen.
  const from = named.length > 0 ? named : word === '' ? [] : tables;
  const columns = from.flatMap((table) => columnsOf(table, schema));
  return [...columns, ...KEYWORDS, ...tables];
}

/** The table of an alias, as in `FROM albums a`. */
function tableOf(name: string, line: string, schema: Schema): string {
  if (schema.has(name)) return name;
  const [, table = name] = new RegExp(`\\b(\\w+)\\s+(?:as\\s+)?${name}\\b`, 'i').exec(line) ?? [];
  return table;
}

const columnsOf = (table: string, schema: Schema): readonly string[] => schema.get(table) ?? [];
