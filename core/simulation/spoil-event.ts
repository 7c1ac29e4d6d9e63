import type { Random } from 'seeded-random';
import { FIELDS, type SessionField } from '../sessions/fields.ts';
import { type Draft, written } from './draft-event.ts';
import { arrayOf, objectOf } from './json-style.ts';

/** The bytes of an event with one thing wrong, and the reason for which it is to be rejected. */
export interface Spoilt {
  readonly data: Buffer;
  readonly reason: string;
}

const member =
  (key: string, ...values: string[]) =>
  (draft: Draft, random: Random) => {
    draft.members.set(key, random.pick(values));
    return written(draft);
  };

const without = (key: string) => (draft: Draft) => {
  draft.members.delete(key);
  return written(draft);
};

/** One more entry in the history, its members given as JSON. */
const entry =
  (changed: Record<string, string>) =>
  (draft: Draft, random: Random): string => {
    const { style, history, items, members } = draft;
    const members2 = {
      product_code: '"Product1"',
      quantity: '1',
      in_shopping_cart: 'true',
      ...changed,
    };
    const wrong = objectOf(style, Object.entries(members2));
    const all = random.chance(0.5) ? [wrong, ...items] : [...items, wrong];
    members.set(history, arrayOf(style, all));
    return written(draft);
  };

type Way = (draft: Draft, random: Random) => string | Buffer;

/** What can be wrong with the fields of the table that the reader holds to a type. */
function waysOfFields(): Record<string, readonly Way[]> {
  const ways: Record<string, readonly Way[]> = {};
  for (const { name, check, required, missing, invalid } of FIELDS as readonly SessionField[]) {
    if (check === undefined || check === 'history') continue;
    const blank = check === 'text' ? ['null', '""', '"  "'] : ['null'];
    if (required && missing) ways[missing[0]] = [without(name), member(name, ...blank)];
    if (invalid) ways[invalid[0]] = [member(name, '["17"]', '{}', check === 'text' ? '1' : '"1"')];
  }
  // Of its own share, see withoutCountry.
  delete ways['missing-country'];
  return ways;
}

/** What producers get wrong, by the reason; several ways where there are several. */
const WAYS: Record<string, readonly Way[]> = {
  'not-utf8': [
    (draft) => {
      const text = Buffer.from(written(draft));
      return Buffer.concat([text.subarray(0, 20), Buffer.from([0xe9]), text.subarray(20)]);
    },
  ],
  'damaged-aggregate': [
    (draft) => Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), Buffer.from(written(draft))]),
  ],
  'byte-order-mark': [(draft) => `\ufeff${written(draft)}`],
  'not-json': [
    (draft) => written(draft).slice(0, -1),
    (draft) => written(draft).slice(0, 40),
    (draft) => `${written(draft)}}`,
    () => '',
    () => 'null and void',
  ],
  'too-deep': [member('extra', `${'['.repeat(1_000)}${']'.repeat(1_000)}`)],
  'not-an-object': [(draft) => `[${written(draft)}]`, () => 'null', () => '"session"'],
  'line-break': [(draft) => written(draft).replace('{', '{\n  ')],
  'duplicate-key': [(draft) => written(draft).replace('{', '{"city":"Nowhere",')],
  'forbidden-key': [member('__proto__', '{"country":"USA"}')],
  'unpaired-surrogate': [
    member('note', '"\\ud83d"', '{"smile":"\\uDE00!"}', '["\\ud83d\\ud83d\\ude00"]'),
    (draft) => written(draft).replace('{', '{"\\udead":1,'),
  ],
  'number-out-of-range': [
    member('points', '1e400', '[-9223372036854775809]', '18446744073709551616'),
  ],
  'reserved-field': [member('segment', '"usa"'), member('event_id', '"0-1"')],
  ...waysOfFields(),
  'invalid-session-id': [member('session_id', '17', `"${'x'.repeat(257)}"`)],
  'missing-history': [(draft) => without(draft.history)(draft)],
  'invalid-history': [(draft, random) => member(draft.history, '{}', '"none"')(draft, random)],
  'ambiguous-history': [
    (draft) => {
      for (const name of ['browsing_history', 'browse_history']) draft.members.set(name, '[]');
      return written(draft);
    },
  ],
  'invalid-entry': [
    (draft) => {
      draft.members.set(draft.history, arrayOf(draft.style, ['"Product1"', ...draft.items]));
      return written(draft);
    },
  ],
  'invalid-product-code': [entry({ product_code: '""' }), entry({ product_code: '7' })],
  'invalid-quantity': ['1e999', '-1', '1.5', '"two"', '"-1"', 'null'].map((quantity) =>
    entry({ quantity }),
  ),
  'invalid-cart-flag': [entry({ in_shopping_cart: '"true"' }), entry({ in_shopping_cart: '1' })],
  'quantity-overflow': [
    (draft) => {
      const item = '{"product_code":"Product1","quantity":9007199254740991}';
      draft.members.set(draft.history, arrayOf(draft.style, [item, item]));
      return written(draft);
    },
  ],
};

export const SPOILT_REASONS = Object.keys(WAYS);

export function spoilEvent(random: Random, draft: Draft): Spoilt {
  const reason = random.pick(SPOILT_REASONS);
  const way = random.pick(WAYS[reason] as readonly Way[]);
  return { data: Buffer.from(way(draft, random) as string), reason };
}

/** An event that could be for any country. */
export function withoutCountry(random: Random, draft: Draft): Spoilt {
  const way = random.pick([without('country'), member('country', 'null', '""', '" "')]);
  return { data: Buffer.from(way(draft, random)), reason: 'missing-country' };
}
