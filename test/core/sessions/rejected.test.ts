import { anEvent, enrich, enrichedText, eventWithQuantity } from './fixtures.ts';

const without = (key: string) => ({ ...anEvent, [key]: undefined });

describe('An event is rejected', () => {
  it.each([
    ['session_id', without('session_id'), 'missing-session-id'],
    ['session_id', { ...anEvent, session_id: null }, 'missing-session-id'],
    ['session_id', { ...anEvent, session_id: '' }, 'missing-session-id'],
    ['session_id', { ...anEvent, session_id: '\u00a0 ' }, 'missing-session-id'],
    ['session_id', { ...anEvent, session_id: 7 }, 'invalid-session-id'],
    ['session_id', { ...anEvent, session_id: 'x'.repeat(257) }, 'invalid-session-id'],
    ['session_id', { ...anEvent, session_id: '\ud800' }, 'unpaired-surrogate'],
    ['country', without('country'), 'missing-country'],
    ['country', { ...anEvent, country: null }, 'missing-country'],
    ['country', { ...anEvent, country: ' ' }, 'missing-country'],
    ['country', { ...anEvent, country: ['USA'] }, 'invalid-country'],
    ['browsing_history', without('browsing_history'), 'missing-history'],
    ['browsing_history', { ...anEvent, browsing_history: null }, 'missing-history'],
    ['browsing_history', { ...anEvent, browsing_history: {} }, 'invalid-history'],
    ['browsing_history', { ...anEvent, browsing_history: '[]' }, 'invalid-history'],
    ['browse_history', { ...anEvent, browse_history: [] }, 'ambiguous-history'],
    ['browsing_history[0]', { ...anEvent, browsing_history: ['Product1'] }, 'invalid-entry'],
    [
      'browsing_history[1]',
      { ...anEvent, browsing_history: [{ product_code: 'A', quantity: 1 }, null] },
      'invalid-entry',
    ],
    [
      'browsing_history[0].product_code',
      { ...anEvent, browsing_history: [{}] },
      'invalid-product-code',
    ],
    [
      'browsing_history[0].product_code',
      { ...anEvent, browsing_history: [{ product_code: '', quantity: 1 }] },
      'invalid-product-code',
    ],
    [
      'browsing_history[0].product_code',
      { ...anEvent, browsing_history: [{ product_code: 5, quantity: 1 }] },
      'invalid-product-code',
    ],
    [
      'browsing_history[0].quantity',
      { ...anEvent, browsing_history: [{ product_code: 'A' }] },
      'invalid-quantity',
    ],
    [
      'browsing_history[0].in_shopping_cart',
      {
        ...anEvent,
        browsing_history: [{ product_code: 'A', quantity: 1, in_shopping_cart: 'true' }],
      },
      'invalid-cart-flag',
    ],
    [
      'browsing_history[0].in_shopping_cart',
      {
        ...anEvent,
        browsing_history: [{ product_code: 'A', quantity: 1, in_shopping_cart: null }],
      },
      'invalid-cart-flag',
    ],
  ])('with the path %s: %j', (field, event, reason) => {
    expect(enrich(event)).toMatchObject({ reason, field });
  });

  it.each([
    '-1',
    '-0',
    '1.5',
    '1e-1',
    '1e999',
    // Whole, but pyarrow, pandas or Polars read nothing of a file with one.
    '0e999',
    '2000000000000000000000e-21',
    '0e-99999999999',
    '9007199254740992',
    '12345678901234567890',
    '"2.0"',
    '""',
    '" 2"',
    '"-1"',
    '"+1"',
    '"1e3"',
    '"0x1"',
    '"٣"',
    '"NaN"',
    '"9007199254740992"',
    'null',
    'true',
    '[1]',
    '{"n":1}',
    '"two"',
  ])('for the quantity %s', (spelled) => {
    expect(enrich(eventWithQuantity(spelled))).toMatchObject({
      reason: 'invalid-quantity',
      field: 'browsing_history[0].quantity',
      detail: spelled,
    });
  });

  it('with the index of the entry that is wrong and the name that came', () => {
    const good = { product_code: 'A', quantity: 1 };
    const { browsing_history: _, ...rest } = anEvent;
    const browse_history = [good, good, good, { ...good, quantity: -1 }];
    expect(enrich({ ...rest, browse_history })).toMatchObject({
      field: 'browse_history[3].quantity',
    });
  });

  it('when the sum of its quantities would not be exact', () => {
    const quantity = Number.MAX_SAFE_INTEGER;
    const browsing_history = [1, quantity].map((n) => ({ product_code: 'A', quantity: n }));
    expect(enrich({ ...anEvent, browsing_history })).toEqual({
      reason: 'quantity-overflow',
      field: 'browsing_history',
    });
  });

  it('when it holds a field that enrichment adds, as an event enriched before does', () => {
    expect(enrich(enrichedText(anEvent))).toMatchObject({ reason: 'reserved-field' });
    expect(enrich({ ...anEvent, segment: 'usa' })).toEqual({
      reason: 'reserved-field',
      field: 'segment',
    });
    const escaped = JSON.stringify({ ...anEvent, event_id: 1 }).replace(
      'event_id',
      '\\u0065vent_id',
    );
    expect(enrich(escaped)).toMatchObject({ reason: 'reserved-field', field: 'event_id' });
  });

  it('when the enriched event would be too large for Firehose, and not a byte before', () => {
    const text = (pad: number) => JSON.stringify({ ...anEvent, pad: 'x'.repeat(pad) });
    const overhead = Buffer.byteLength(enrichedText(text(0)));
    const room = 1_000 * 1024 - 1 - overhead;
    expect(enrich(text(room))).toHaveProperty('segment', 'usa');
    expect(enrich(text(room + 1))).toEqual({ reason: 'too-large', detail: '1024000 bytes' });
    expect(enrich(text(1 << 20))).toMatchObject({ reason: 'too-large' });
  });
});
