/** A line of RFC 4180, but for the line feed; null is nothing, an empty text is `""`. */
export const csvLine = (row: readonly unknown[]): string => {
  const fields = row.map((value) => {
    if (value === null) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(',')}\n`;
};
