/** Athena's name of a DuckDB type, as a column of a result has it: `array`, not what it holds. */
export function athenaTypeOf(duckType: string): string {
  if (duckType.endsWith(']')) return 'array';
  if (duckType.startsWith('STRUCT')) return 'row';
  if (duckType.startsWith('MAP')) return 'map';
  if (duckType.startsWith('DECIMAL')) return 'decimal';
  return names[duckType] ?? 'varchar';
}

const names: Record<string, string> = {
  BOOLEAN: 'boolean',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  // Athena sums up bigints to a bigint.
  HUGEINT: 'bigint',
  UBIGINT: 'bigint',
  FLOAT: 'float',
  DOUBLE: 'double',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamp with time zone',
  BLOB: 'varbinary',
};

/** A value as Athena writes it into a result; undefined for null, which has no text. */
export function athenaText(value: unknown, duckType: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (duckType === 'TIMESTAMP') return withMilliseconds(String(value));
  if (duckType === 'TIMESTAMP WITH TIME ZONE') {
    return `${withMilliseconds(String(value).replace(/[+-]\d\d$/, ''))} UTC`;
  }
  if (duckType === 'DOUBLE' || duckType === 'FLOAT') {
    return Number.isInteger(value) && Math.abs(value as number) < 1e7
      ? `${value}.0`
      : String(value);
  }
  return textOf(value, duckType.startsWith('MAP'));
}

function textOf(value: unknown, isMap = false): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) {
    if (!isMap) return `[${value.map((each) => textOf(each)).join(', ')}]`;
    const entries = value.map(({ key, value: of }) => `${textOf(key)}=${textOf(of)}`);
    return `{${entries.join(', ')}}`;
  }
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}=${textOf(field)}`);
  return `{${fields.join(', ')}}`;
}

const withMilliseconds = (text: string): string => {
  const [seconds = '', fraction = ''] = text.split('.');
  return `${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
};
