import {
  batchLedger,
  isBalanced,
  ledgerLine,
  sessionLedger,
} from '../../../checks/deploy/ledgers.ts';
import { counts as countsOf } from '../../fixtures/counts.ts';

const counts = countsOf({
  expected: 3,
  listed: 3,
  skipped: 1,
  loaded: 2,
  tracks: 9,
  requests: 4,
});

describe('The ledger of a batch', () => {
  it('is balanced where what was listed is in the tables', () => {
    const ledger = batchLedger({ counts }, { albums: 2, tracks: 9 });
    expect(isBalanced(ledger)).toBe(true);
    expect(ledgerLine(ledger)).toBe(
      'listed 3, loaded + skipped 3, missing 0, album rows 2, track rows 9',
    );
  });

  it.each([
    ['an album is on no page', { ...counts, expected: 4 }, { albums: 2, tracks: 9 }],
    ['an album is neither loaded nor skipped', { ...counts, loaded: 1 }, { albums: 1, tracks: 9 }],
    ['an album is missing', { ...counts, missing: 1 }, { albums: 2, tracks: 9 }],
    ['a table lacks a row', counts, { albums: 2, tracks: 8 }],
  ])('is not where %s', (_, other, rows) => {
    expect(isBalanced(batchLedger({ counts: other }, rows))).toBe(false);
  });
});

describe('The ledger of sessions', () => {
  const sent = { session_id: 's', digest: 'd' };
  const sums = {
    overall_product_quantity: 1,
    overall_in_shopping_cart: 1,
    total_different_products: 1,
  };
  const expected = [
    { ...sent, ...sums, segment: 'usa' },
    { ...sent, reason: 'not-json' },
  ];

  it('is balanced where each event is in its place', () => {
    const ledger = sessionLedger(expected, { usa: 1, international: 0, rejected: 1 });
    expect(isBalanced(ledger)).toBe(true);
  });

  it.each([
    ['one is missing', { usa: 0, international: 0, rejected: 1 }],
    ['one is in another segment', { usa: 0, international: 1, rejected: 1 }],
    ['there is one too many', { usa: 2, international: 0, rejected: 1 }],
    ['a segment was not looked at', { rejected: 1 }],
  ])('is not where %s', (_, delivered) => {
    expect(isBalanced(sessionLedger(expected, delivered))).toBe(false);
  });

  it('says what is off', () => {
    const ledger = sessionLedger(expected, { usa: 0, rejected: 1 });
    expect(ledgerLine(ledger)).toBe('usa 0 of 1 expected, rejected 1');
  });
});
