import { type Enriched, enrichRecord } from '../../core/sessions/enrich-record.ts';
import { eventIdOf } from '../../core/sessions/event-id.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';

/** What matters here of a record in the event that Lambda gets from Kinesis. */
export interface LambdaRecord {
  readonly eventID: string;
  readonly kinesis: { readonly sequenceNumber: string; readonly data: string };
}

export function toLambdaRecords(texts: readonly string[]): LambdaRecord[] {
  return texts.map((text, i) => {
    const sequenceNumber = `4959033827149025660855969253836157109592157598${String(i).padStart(10, '0')}`;
    return {
      eventID: `shardId-000000000003:${sequenceNumber}`,
      kinesis: { sequenceNumber, data: Buffer.from(text).toString('base64') },
    };
  });
}

/** The product's way: the batch as the handler enriches and routes it. */
export function enrichBatch(records: readonly LambdaRecord[]): Map<string, Enriched[]> {
  const segmentOf = createSegmentOf(SEGMENTS);
  const processingTimestamp = new Date().toISOString();
  const routed = new Map<string, Enriched[]>(SEGMENTS.map(({ name }) => [name, []]));
  for (const { eventID, kinesis } of records) {
    const shardId = eventID.slice(0, eventID.indexOf(':'));
    const eventId = eventIdOf(shardId, kinesis.sequenceNumber);
    const data = Buffer.from(kinesis.data, 'base64');
    const result = enrichRecord(data, { eventId, processingTimestamp, segmentOf });
    if ('reason' in result) throw new Error(`${result.reason} ${result.field}`);
    routed.get(result.segment)?.push(result);
  }
  return routed;
}

interface ParsedEvent {
  session_id: string;
  country: string;
  browsing_history: {
    product_code: string;
    quantity: number | string;
    in_shopping_cart: boolean;
  }[];
}

/** The straightforward way: parse, spread, stringify; no validation. */
export function enrichByStringify(records: readonly LambdaRecord[]): Map<string, Enriched[]> {
  const processing_timestamp = new Date().toISOString();
  const routed = new Map<string, Enriched[]>([
    ['usa', []],
    ['international', []],
  ]);
  for (const { eventID, kinesis } of records) {
    const event = JSON.parse(Buffer.from(kinesis.data, 'base64').toString()) as ParsedEvent;
    let overall_product_quantity = 0;
    let overall_in_shopping_cart = 0;
    const products = new Set<string>();
    for (const { product_code, quantity, in_shopping_cart } of event.browsing_history) {
      overall_product_quantity += Number(quantity);
      if (in_shopping_cart) overall_in_shopping_cart += Number(quantity);
      products.add(product_code);
    }
    const segment = event.country === 'USA' ? 'usa' : 'international';
    const enriched = {
      ...event,
      overall_product_quantity,
      overall_in_shopping_cart,
      total_different_products: products.size,
      processing_timestamp,
      segment,
      event_id: eventID,
    };
    const data = Buffer.from(JSON.stringify(enriched));
    routed.get(segment)?.push({ data, partitionKey: event.session_id, segment });
  }
  return routed;
}

/** The floor: JSON.parse of the same texts and nothing else. */
export function parseOnly(texts: readonly string[]): number {
  let parsed = 0;
  for (const text of texts) if (JSON.parse(text) !== null) parsed++;
  return parsed;
}
