import { createHash } from 'node:crypto';

/** What is to become of an event that was sent; one line of the file that `simulate` writes. */
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
  /** Why it is set aside (core/sessions/reasons.ts). */
  readonly reason: string;
}

export interface Aggregates {
  readonly overall_product_quantity: number;
  readonly overall_in_shopping_cart: number;
  readonly total_different_products: number;
}

export const isAccepted = (expected: ExpectedEvent): expected is ExpectedAccepted =>
  'segment' in expected;

/** The first half of the SHA-256 of an event's bytes, line end aside (routers cut that off). */
export function digestOf(data: Buffer): string {
  let length = data.length;
  while (length > 0 && (data[length - 1] === 0x0a || data[length - 1] === 0x0d)) length--;
  const digest = createHash('sha256').update(data.subarray(0, length)).digest();
  return digest.toString('base64url', 0, 16);
}
