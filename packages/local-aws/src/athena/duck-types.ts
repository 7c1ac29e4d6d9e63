import { InvalidInput } from '../errors.ts';

const simpleTypes: Record<string, string> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

/** DuckDB's name of a type of the Glue catalogue, such as `array<struct<code:string,n:int>>`. */
export function duckTypeOf(glueType: string): string {
  const type = simpleTypes[glueType];
  if (type) return type;
  const [, kind, inner = ''] = /^(array|struct)<(.*)>$/.exec(glueType) ?? [];
  if (kind === 'array') return `${duckTypeOf(inner)}[]`;
  if (kind !== 'struct') throw new InvalidInput(`Unsupported type ${glueType}`);
  const fields = splitFields(inner).map((field) => {
    const colon = field.indexOf(':');
    return `"${field.slice(0, colon)}" ${duckTypeOf(field.slice(colon + 1))}`;
  });
  return `STRUCT(${fields.join(', ')})`;
}

/** Splits at the commas outside of nested types. */
function splitFields(text: string): string[] {
  const fields: string[] = [];
  let depth = 0;
  let from = 0;
  for (const [i, letter] of [...text].entries()) {
    if (letter === '<') depth += 1;
    else if (letter === '>') depth -= 1;
    else if (letter === ',' && depth === 0) {
      fields.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...fields, text.slice(from)];
}
