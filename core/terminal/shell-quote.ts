/** A word as a shell takes it: quoted where it holds more than names and paths do. */
export const shellQuote = (text: string): string =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
