/** How a producer spells JSON. */
export interface Style {
  readonly comma: string;
  readonly colon: string;
  readonly text: (text: string) => string;
}

export const COMPACT: Style = { comma: ',', colon: ':', text: (text) => JSON.stringify(text) };

/** As Python's json.dumps: spaces, and escapes for all that is no ASCII. */
export const PYTHON: Style = {
  comma: ', ',
  colon: ': ',
  text: (text) => JSON.stringify(text).replace(/[\u0080-\uffff]/g, escaped),
};

export const escaped = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** An object of members whose values are JSON already. */
export const objectOf = (style: Style, members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([key, value]) => `${style.text(key)}${style.colon}${value}`).join(style.comma)}}`;

export const arrayOf = (style: Style, items: readonly string[]): string =>
  `[${items.join(style.comma)}]`;
