import type { Manifest } from './manifest.ts';

type Odd = NonNullable<Manifest['loaded'][number]['odd']>;

/** How much of an album is not as expected; 0 where all of it is. */
export const odditiesOf = (odd: Omit<Odd, 'isOpen' | 'expected'> | undefined): number =>
  odd ? odd.unusable + odd.repeated + odd.missing + odd.creditsWithoutId + odd.oddText : 0;

/** Fewer tracks than expected: the run is not complete while such an album is open. */
export const isShort = ({ unusable, repeated, missing }: Odd): boolean =>
  unusable + repeated + missing > 0;

/**
 * Whether the next run should fetch an album again. What is missing may come; what is odd may be a fault of
 * that moment, until a second run sees no less of it.
 */
export function isOpen(odd: Omit<Odd, 'isOpen'>, seenBefore: number | undefined): boolean {
  if (odd.missing > 0) return true;
  const oddities = odditiesOf(odd);
  return oddities > 0 && (seenBefore === undefined || oddities > seenBefore);
}
