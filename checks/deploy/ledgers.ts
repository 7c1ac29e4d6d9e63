import type { Manifest } from '../../core/lake/manifest.ts';
import { type ExpectedEvent, isAccepted } from '../../core/simulation/expected-event.ts';

/** What a count should be and what it is, by name. */
export type Ledger = Record<string, { expected: number; found: number }>;

export const isBalanced = (ledger: Ledger): boolean =>
  Object.values(ledger).every(({ expected, found }) => expected === found);

/** `usa 206, international 284`, or `usa 205 of 206 expected, …`. */
export const ledgerLine = (ledger: Ledger): string =>
  Object.entries(ledger)
    .map(([name, { expected, found }]) =>
      found === expected ? `${name} ${found}` : `${name} ${found} of ${expected} expected`,
    )
    .join(', ');

/** Listed = loaded + skipped + missing, and the rows in the tables are those of what was loaded. */
export function batchLedger(
  { counts }: Pick<Manifest, 'counts'>,
  rows: { albums: number; tracks: number },
): Ledger {
  const { expected, listed, loaded, skipped, missing, tracks } = counts;
  return {
    listed: { expected, found: listed },
    'loaded + skipped': { expected: listed, found: loaded + skipped },
    missing: { expected: 0, found: missing },
    'album rows': { expected: loaded, found: rows.albums },
    'track rows': { expected: tracks, found: rows.tracks },
  };
}

/** Where each event should be and how many different ones are there; `rejected` is a place as well. */
export function sessionLedger(
  expected: readonly ExpectedEvent[],
  delivered: Record<string, number>,
): Ledger {
  const ledger: Ledger = {};
  for (const [place, found] of Object.entries(delivered)) ledger[place] = { expected: 0, found };
  for (const event of expected) {
    const place = isAccepted(event) ? event.segment : 'rejected';
    ledger[place] ??= { expected: 0, found: 0 };
    ledger[place].expected += 1;
  }
  return ledger;
}
