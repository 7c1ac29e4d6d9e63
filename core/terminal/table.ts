import Table from 'cli-table3';

/** Rows as a table of plain characters, numbers to the right. */
export function renderTable(columns: string[], rows: unknown[][]): string {
  const isNumber = columns.map((_, i) =>
    rows.every((row) => row[i] === null || /^-?[\d.]+$/.test(String(row[i]))),
  );
  const table = new Table({
    head: columns,
    colAligns: isNumber.map((number) => (number && rows.length > 0 ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map((value) => (value === null ? '' : String(value))));
  return table.toString();
}
