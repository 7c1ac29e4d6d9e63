import { createRandom } from 'seeded-random';
import { ADDED_FIELDS } from '../../../core/sessions/fields.ts';
import { addedTo, anEvent, context, enrich, enrichedText, eventWithQuantity } from './fixtures.ts';
import { createRandomJson, randomEvent } from './random-json.ts';

const { processingTimestamp: processing_timestamp, eventId: event_id } = context;

describe('An accepted event', () => {
  it('gets the aggregates, the time, the segment and the event id', () => {
    expect(addedTo(JSON.stringify(anEvent))).toEqual({
      overall_product_quantity: 3,
      overall_in_shopping_cart: 2,
      total_different_products: 2,
      processing_timestamp,
      segment: 'usa',
      event_id,
    });
    const names = Object.keys(addedTo(JSON.stringify(anEvent)));
    expect(names).toEqual(ADDED_FIELDS.map(({ name }) => name));
  });

  it('goes under its session id as partition key, in the segment of its country', () => {
    expect(enrich(anEvent)).toMatchObject({ partitionKey: 'a1', segment: 'usa' });
    expect(enrich({ ...anEvent, country: 'Brazil' })).toMatchObject({ segment: 'international' });
    expect(enrich({ ...anEvent, country: 'usa' })).toMatchObject({ segment: 'international' });
  });

  it('may call its history browse_history, and keeps that name', () => {
    const { browsing_history, ...rest } = anEvent;
    const text = JSON.stringify({ ...rest, browse_history: browsing_history });
    expect(addedTo(text)).toMatchObject({ overall_product_quantity: 3 });
    expect(Object.keys(JSON.parse(enrichedText(text)))).not.toContain('browsing_history');
  });

  it('may have looked at nothing', () => {
    expect(addedTo(JSON.stringify({ ...anEvent, browsing_history: [] }))).toMatchObject({
      overall_product_quantity: 0,
      overall_in_shopping_cart: 0,
      total_different_products: 0,
    });
  });

  it('counts a product seen twice once, however its code is spelled', () => {
    const entry = (code: string) => `{"product_code":"${code}","quantity":1}`;
    const list = ['Product1', 'Product1', 'Product2', '\\u0050roduct1'].map(entry).join();
    const text = `{"session_id":"a1","country":"USA","browsing_history":[${list}]}`;
    expect(addedTo(text)).toMatchObject({ total_different_products: 2 });
  });

  it('counts products whose codes are names of an object’s own machinery', () => {
    const codes = ['__proto__', 'constructor', 'toString', '__proto__'];
    const browsing_history = codes.map((product_code) => ({ product_code, quantity: 1 }));
    expect(addedTo(JSON.stringify({ ...anEvent, browsing_history }))).toMatchObject({
      total_different_products: 3,
    });
  });

  it('counts as in the cart only what says so', () => {
    const browsing_history = [
      { product_code: 'A', quantity: 1, in_shopping_cart: false },
      { product_code: 'B', quantity: 2 },
      { product_code: 'C', quantity: 4, in_shopping_cart: true },
    ];
    expect(addedTo(JSON.stringify({ ...anEvent, browsing_history }))).toMatchObject({
      overall_product_quantity: 7,
      overall_in_shopping_cart: 4,
    });
  });

  it.each([
    ['2', 2],
    ['"2"', 2],
    ['"007"', 7],
    ['0', 0],
    ['"0"', 0],
    ['1.0', 1],
    ['1e3', 1000],
    ['2.5E1', 25],
    ['"\\u0032"', 2],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['"9007199254740991"', Number.MAX_SAFE_INTEGER],
  ])('may spell a quantity %s', (spelled, quantity) => {
    expect(addedTo(eventWithQuantity(spelled))).toMatchObject({
      overall_product_quantity: quantity,
      overall_in_shopping_cart: quantity,
    });
  });

  it('leaves with every byte that came, the new fields in front of the last brace', () => {
    const text =
      ' {\t"session_id" : "a\\u0031" ,"big":12345678901234567890,"one":1.0,"k":1e3,"ü":"\\/é😀",' +
      '"country":"USA","deep":[{"a":[[]]},{}],"browsing_history":[ ],"z":null } \r\n';
    const output = enrichedText(text);
    const brace = text.lastIndexOf('}');
    expect(output.startsWith(`${text.slice(0, brace)},"overall_product_quantity":0,`)).toBe(true);
    expect(output.endsWith(`"event_id":"${event_id}"} \r\n`)).toBe(true);
    expect(enrich(text)).toMatchObject({ partitionKey: 'a1' });
  });

  it('is, for 1,500 random events, the input but for the inserted span', () => {
    const random = createRandom(3).next;
    const json = createRandomJson(random);
    for (let i = 0; i < 1_500; i++) {
      const text = randomEvent(json);
      const output = enrichedText(text);
      const brace = text.lastIndexOf('}');
      const inserted = output.length - text.length;
      expect(output.slice(0, brace) + output.slice(brace + inserted)).toBe(text);
      expect(JSON.parse(output)).toEqual({ ...JSON.parse(text), ...expectedFor(text) });
    }
  });
});

function expectedFor(text: string): object {
  const event = JSON.parse(text);
  const history = event.browsing_history ?? event.browse_history;
  const sum = (entries: { quantity: number | string }[]) =>
    entries.reduce((total, { quantity }) => total + Number(quantity), 0);
  return {
    overall_product_quantity: sum(history),
    overall_in_shopping_cart: sum(
      history.filter((entry: { in_shopping_cart?: boolean }) => entry.in_shopping_cart),
    ),
    total_different_products: new Set(
      history.map((entry: { product_code: string }) => entry.product_code),
    ).size,
    processing_timestamp,
    segment: event.country === 'USA' ? 'usa' : 'international',
    event_id,
  };
}
