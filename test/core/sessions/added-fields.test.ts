import { lengthOfAdded, sharedFields, writeAdded } from '../../../core/sessions/added-fields.ts';

const shared = sharedFields('2026-11-22T10:00:00.000Z', 'usa');

it.each([0, 9, 10, 99, 100, 123_456_789, 2 ** 32, 2 ** 53 - 1])(
  'The totals are written digit by digit as JSON has them: %d',
  (value) => {
    const totals = { quantity: value, inCart: Math.floor(value / 2), products: Math.min(value, 7) };
    const id = { eventIdPrefix: '0-', eventId: '123#4' };
    const target = Buffer.alloc(2 + lengthOfAdded(totals, shared, id), '{');
    const stop = writeAdded(target, 1, totals, shared, id);
    expect(stop).toBe(target.length - 1);
    expect(target.toString('utf8', 1, stop)).toBe(
      `,"overall_product_quantity":${value},"overall_in_shopping_cart":${totals.inCart}` +
        `,"total_different_products":${totals.products}` +
        ',"processing_timestamp":"2026-11-22T10:00:00.000Z","segment":"usa","event_id":"0-123#4"',
    );
    expect(target.at(-1)).toBe(0x7b);
  },
);

it('What events share is made anew for another time or segment', () => {
  expect(sharedFields('2026-11-22T10:00:00.000Z', 'usa')).toBe(shared);
  expect(sharedFields('2026-11-22T10:00:00.000Z', 'rest').toString()).toContain('"segment":"rest"');
  expect(sharedFields('2026-11-22T10:00:01.000Z', 'usa').toString()).toContain('10:00:01');
});
