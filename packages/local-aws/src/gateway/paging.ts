import { AwsError } from './aws-error.ts';

interface Paged {
  /** As the client sends it; undefined for the first page. */
  token: unknown;
  /** How many items the client wants at most. */
  wanted: unknown;
  /** How many there are on a page where the client does not say, and at most. */
  fallback: number;
  most: number;
  /** AWS's names of the errors for a bad token and a bad number. */
  tokenError?: string;
  numberError?: string;
}

/** A page of a list and the token of the next one. */
export function pageOf<T>(all: readonly T[], paged: Paged): { items: T[]; next?: string } {
  const { token, wanted, fallback, most } = paged;
  const size = wanted === undefined || wanted === 0 ? fallback : wanted;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > most) {
    throw new AwsError(
      paged.numberError ?? 'ValidationException',
      `The number of results is 1 to ${most}, not ${JSON.stringify(wanted)}`,
    );
  }
  const from = token === undefined || token === null ? 0 : positionOf(token);
  if (from === undefined) {
    throw new AwsError(paged.tokenError ?? 'InvalidToken', 'The token is not one of this list');
  }
  const next = from + size < all.length ? { next: tokenOf(from + size) } : {};
  return { items: all.slice(from, from + size), ...next };
}

const tokenOf = (position: number): string =>
  Buffer.from(`position:${position}`).toString('base64url');

function positionOf(token: unknown): number | undefined {
  const text = Buffer.from(String(token), 'base64url').toString();
  const [, digits] = /^position:(\d+)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
