import { createHash } from 'node:crypto';

/** The expected outcome of an event; one line of the file that `simulate` writes. */
export type ExpectedEvent = ExpectedAccepted | ExpectedRejected;

export interface Sent {
  readonly session_id: string;
  /** Of the bytes sent, see digestOf. */
  readonly digest: string;
}

export interface ExpectedAccepted extends Sent, Aggregates {
  readonly segment: string;
}

export interface ExpectedRejected extends Sent {
  /** Why it is rejected (core/sessions/reasons.ts). */
  readonly reason: string;
}

export interface Aggregates {
  readonly overall_product_quantity: number;
  readonly overall_in_shopping_cart: number;
  readonly total_different_products: number;
}

export const isAccepted = (expected: ExpectedEvent): expected is ExpectedAccepted =>
  'segment' in expected;

/** The first half of the SHA-256 of an event's bytes without its line end, which routers remove. */
export function digestOf(data: Buffer): string {
  let length = data.length;
  while (length > 0 && (data[length - 1] === 0x0a || data[length - 1] === 0x0d)) length--;
  const digest = createHash('sha256').update(data.subarray(0, length)).digest();
  return digest.toString('base64url', 0, 16);
}
