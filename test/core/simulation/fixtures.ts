import { isAggregated } from '../../../core/kinesis/aggregated-record.ts';
import { enrichRecord } from '../../../core/sessions/enrich-record.ts';
import { createSegmentOf, SEGMENTS } from '../../../core/sessions/segments.ts';
import { digestOf, type ExpectedEvent } from '../../../core/simulation/expected-event.ts';

export const enriched = (data: Buffer, eventId: string, segments = SEGMENTS) =>
  enrichRecord(data, {
    eventId,
    processingTimestamp: '2026-11-21T12:00:00.000Z',
    segmentOf: createSegmentOf(segments),
  });

/** What enrichment makes of an event, in the words of the file of expected outcomes. */
export function expectedOf(
  data: Buffer,
  { session_id }: ExpectedEvent,
  segments = SEGMENTS,
): ExpectedEvent {
  const sent = { session_id, digest: digestOf(data) };
  if (isAggregated(data)) return { ...sent, reason: 'damaged-aggregate' };
  const result = enriched(data, '0-1', segments);
  if ('reason' in result) return { ...sent, reason: result.reason };
  const event = JSON.parse(result.data.toString());
  return {
    ...sent,
    segment: result.segment,
    overall_product_quantity: event.overall_product_quantity,
    overall_in_shopping_cart: event.overall_in_shopping_cart,
    total_different_products: event.total_different_products,
  };
}
