/**
 * JSON as text, with all the freedom the grammar leaves: white space, spelling of numbers, escapes,
 * order and nesting. Keys of an object are distinct.
 */
export interface RandomJson {
  value(depth: number): string;
  string(text: string): string;
  space(): string;
  pick<T>(from: readonly T[]): T;
  below(limit: number): number;
}

const NUMBERS = ['0', '-0', '1.0', '1e3', '12345678901234567890', '-1.5E-7', '3.14', '1e308'];
const TEXTS = [
  '',
  'a',
  'Zürich',
  '東京',
  '😀',
  'say "hi"',
  'back\\slash',
  'a/b',
  '\u0001',
  '}',
  ',"x":1',
];

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** By UTF-16 unit: fuzzing spells each a thousand times. */
const spellings = new Map<string, string>();

function written(unit: string): string {
  let spelling = spellings.get(unit);
  if (spelling === undefined) {
    const json = JSON.stringify(unit).slice(1, -1);
    // JSON.stringify escapes halves of surrogate pairs; unescaped, they must stay together.
    spelling = json.startsWith('\\ud') ? unit : json;
    spellings.set(unit, spelling);
  }
  return spelling;
}

export function createRandomJson(random: () => number): RandomJson {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const space = (): string => pick(['', '', '', ' ', '  ', '\t']);

  const string = (text: string): string => {
    const how = below(4);
    let body = '';
    for (let i = 0; i < text.length; i++) {
      const isEscaped = how === 0 || (how === 1 && random() < 0.3);
      body += isEscaped ? escaped(text.charCodeAt(i)) : written(text.charAt(i));
    }
    return body.isWellFormed() ? `"${body}"` : JSON.stringify(text);
  };

  const value = (depth: number): string => {
    const kind = depth > 4 ? below(3) : below(5);
    if (kind === 0) return pick(NUMBERS);
    if (kind === 1) return string(pick(TEXTS));
    if (kind === 2) return pick(['true', 'false', 'null']);
    if (kind === 3) {
      const items = Array.from({ length: below(4) }, () => space() + value(depth + 1) + space());
      return items.length === 0 ? `[${space()}]` : `[${items.join(',')}]`;
    }
    const members = Array.from({ length: below(5) }, (_, i) => {
      const key = string(`${pick(TEXTS)}${i}`);
      return `${space()}${key}${space()}:${space()}${value(depth + 1)}${space()}`;
    });
    return members.length === 0 ? `{${space()}}` : `{${members.join(',')}}`;
  };
  return { value, string, space, pick, below };
}

/** A valid session event around random values, in random order, and what its aggregates must be. */
export function randomEvent(json: RandomJson): string {
  const { value, string, space, pick, below } = json;
  const member = (key: string, written: string): string =>
    `${space()}${string(key)}${space()}:${space()}${written}${space()}`;
  const shuffle = (members: string[]): string => {
    const order = members.map((text) => ({ text, at: below(1e6) })).sort((a, b) => a.at - b.at);
    return `{${order.map(({ text }) => text).join(',')}}`;
  };
  const entries = Array.from({ length: below(pick([3, 8, 60])) }, () => {
    const quantity = pick(['0', '1', '12', '1.0', '1e2', '"3"', '"007"', '"\\u0031"']);
    const flag = pick(['true', 'false', '']);
    return shuffle([
      member('product_code', string(`Product${below(20)}`)),
      member('quantity', quantity),
      ...(flag === '' ? [] : [member('in_shopping_cart', flag)]),
      ...(below(4) === 0 ? [member('note', value(3))] : []),
    ]);
  });
  const list = entries.map((entry) => space() + entry + space()).join(',');
  const event = shuffle([
    member('session_id', string(pick(['s1', 'ü-2', '{', '0']))),
    member('country', string(pick(['USA', 'Brazil', 'Côte d’Ivoire']))),
    member(pick(['browsing_history', 'browse_history']), `[${list}]`),
    ...Array.from({ length: below(5) }, (_, i) => member(`extra${i}`, value(1))),
  ]);
  return space() + event + pick(['', '\n', ' \r\n', '\t', '\n\n']);
}
