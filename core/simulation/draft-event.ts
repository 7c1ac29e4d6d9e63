import type { Random } from 'seeded-random';
import { FIELDS } from '../sessions/fields.ts';
import type { Aggregates } from './expected-event.ts';
import { arrayOf, COMPACT, escaped, objectOf, PYTHON, type Style } from './json-style.ts';
import type { Place } from './places.ts';

/** A visitor: the fields that all events of a session share. */
export interface Session {
  readonly id: string;
  readonly customer: string;
  readonly city: string;
  readonly country: string;
  /** Events not yet drafted. */
  left: number;
  sent: number;
}

/** An event before it is serialised: its members in their order, values as JSON. */
export interface Draft {
  readonly style: Style;
  readonly members: Map<string, string>;
  readonly history: 'browsing_history' | 'browse_history';
  readonly items: readonly string[];
  readonly aggregates: Aggregates;
}

const PRODUCTS = [
  ...Array.from({ length: 200 }, (_, i) => `Product${i + 1}`),
  ...Array.from({ length: 20 }, (_, i) => `Café № ${i + 1}`),
];

export function createSession(random: Random, id: string, places: readonly Place[]): Session {
  const [city, country] = random.pick(places);
  const isLong = random.chance(0.02);
  const customer = isLong ? `1234567890123456${random.int(1000, 9999)}` : `${random.int(1, 1e6)}`;
  // Most sessions are short, a few have hundreds of events.
  const left = Math.min(300, Math.floor((1 - random.next()) ** -0.7));
  return { id, customer, city, country, left, sent: 0 };
}

/** The next event of a session, in one of the spellings that producers use. */
export function draftEvent(random: Random, session: Session): Draft {
  const style = random.chance(0.3) ? PYTHON : COMPACT;
  const history = random.chance(0.15) ? 'browse_history' : 'browsing_history';
  const { items, aggregates } = draftHistory(random, style);
  session.sent++;
  const limit = random.int(1, 20) * 500;
  const country = random.chance(0.005)
    ? `"${escaped(session.country.charAt(0))}${session.country.slice(1)}"`
    : style.text(session.country);
  const members: [string, string][] = [
    ['session_id', style.text(session.id)],
    ['customer_number', session.customer],
    ['city', style.text(session.city)],
    ['country', country],
    ['credit_limit', random.pick([`${limit}`, `${limit}.0`, `${limit / 100}e2`])],
    [history, arrayOf(style, items)],
    // Not in the contract: unknown fields pass through.
    ['event_number', `${session.sent}`],
    ['device', objectOf(style, [['os', style.text(random.pick(['iOS', 'Android', 'Windows']))]])],
  ];
  // A field that is new in the table is sent with its example.
  for (const { name, example } of FIELDS) {
    if (name !== 'browsing_history' && !members.some(([known]) => known === name)) {
      members.push([name, example]);
    }
  }
  if (random.chance(0.1)) members.reverse();
  return { style, members: new Map(members), history, items, aggregates };
}

function draftHistory(random: Random, style: Style) {
  const codes = new Set<string>();
  let quantities = 0;
  let inCart = 0;
  // One to twenty products, few more often than many; sometimes none.
  const length = random.chance(0.02) ? 0 : Math.floor(20.99 ** random.next());
  const items = Array.from({ length }, () => {
    const code =
      codes.size > 0 && random.chance(0.1) ? random.pick([...codes]) : random.pick(PRODUCTS);
    const quantity = random.chance(0.01) ? 0 : Math.floor(12 ** random.next());
    const flag = random.pick([true, false, false]);
    const hasFlag = random.chance(0.97);
    codes.add(code);
    quantities += quantity;
    if (flag && hasFlag) inCart += quantity;
    return objectOf(style, [
      ['product_code', style.text(code)],
      ['quantity', spelledQuantity(random, quantity)],
      ...(hasFlag ? ([['in_shopping_cart', `${flag}`]] as const) : []),
    ]);
  });
  const aggregates: Aggregates = {
    overall_product_quantity: quantities,
    overall_in_shopping_cart: inCart,
    total_different_products: codes.size,
  };
  return { items, aggregates };
}

function spelledQuantity(random: Random, quantity: number): string {
  const spelling = random.next();
  if (spelling < 0.2) return `"${quantity}"`;
  if (spelling < 0.23) return `${quantity}.0`;
  return spelling < 0.24 ? `${quantity}e0` : `${quantity}`;
}

export const written = ({ style, members }: Draft): string => objectOf(style, [...members]);
