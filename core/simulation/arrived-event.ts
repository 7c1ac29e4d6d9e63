import { type Aggregates, type ExpectedEvent, isAccepted } from './expected-event.ts';

/** An event of a stream. */
export interface ArrivedEvent {
  readonly data: Buffer;
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Its place in a record of several events, else 0. */
  readonly part: number;
}

export interface EnrichedEvent {
  readonly eventId: string | undefined;
  readonly sessionId: string;
  /** Without what enrichment added: the bytes that were sent. */
  readonly original: Buffer;
  /** What is wrong with the added fields. */
  faults(expected: ExpectedEvent): string[];
}

const SUMS = [
  'overall_product_quantity',
  'overall_in_shopping_cart',
  'total_different_products',
] as const;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const EVENT_ID = /^\d+-\d+(#\d+)?$/;

/** Reads an enriched event with Node's own means: no code of the functions. */
export function readEnriched(data: Buffer): EnrichedEvent {
  let event: Record<string, unknown> = {};
  try {
    event = JSON.parse(data.toString()) ?? {};
  } catch {
    // No JSON: it has no id, and its bytes match no event that was sent.
  }
  const { event_id, session_id } = event;
  return {
    eventId: typeof event_id === 'string' ? event_id : undefined,
    sessionId: String(session_id),
    original: withoutAdded(data),
    faults: (expected) => faultsOf(event, expected),
  };
}

/** The added fields are together in front of the last brace, each behind its comma. */
function withoutAdded(data: Buffer): Buffer {
  const from = data.lastIndexOf(`,"${SUMS[0]}":`);
  const to = data.lastIndexOf('}');
  if (from === -1 || to < from) return data;
  return Buffer.concat([data.subarray(0, from), data.subarray(to)]);
}

function faultsOf(event: Record<string, unknown>, expected: ExpectedEvent): string[] {
  if (!isAccepted(expected)) return [`should have been rejected: ${expected.reason}`];
  const sums = sumUp(event);
  const faults = SUMS.filter(
    (name) => event[name] !== sums[name] || sums[name] !== expected[name],
  ).map(
    (name) =>
      `${name} is ${event[name]}, its history has ${sums[name]}, expected ${expected[name]}`,
  );
  if (event.segment !== expected.segment) {
    faults.push(`segment is ${event.segment}, not ${expected.segment}`);
  }
  if (!TIMESTAMP.test(String(event.processing_timestamp))) {
    faults.push(`processing_timestamp is ${event.processing_timestamp}`);
  }
  if (!EVENT_ID.test(String(event.event_id))) faults.push(`event_id is ${event.event_id}`);
  return faults;
}

interface Item {
  product_code: string;
  quantity: number | string;
  in_shopping_cart?: boolean;
}

function sumUp(event: Record<string, unknown>): Aggregates {
  const history = (event.browsing_history ?? event.browse_history) as Item[];
  const sum = (items: Item[]) => items.reduce((all, { quantity }) => all + Number(quantity), 0);
  return {
    overall_product_quantity: sum(history),
    overall_in_shopping_cart: sum(history.filter(({ in_shopping_cart }) => in_shopping_cart)),
    total_different_products: new Set(history.map(({ product_code }) => product_code)).size,
  };
}
