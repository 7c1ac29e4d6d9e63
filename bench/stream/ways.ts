import { type KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { enrichRecord } from '../../core/sessions/enrich-record.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;

export interface Batches {
  source: KinesisStreamEvent[];
  /** What each router gets, behind its mapping's filter. */
  enriched: Record<string, KinesisStreamEvent[]>;
}

const context = {
  functionName: 'bench',
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

/** Lambda events of `batchSize` records. */
function batchesOf(records: { key: string; data: Buffer }[], batchSize: number) {
  const batches: KinesisStreamEvent[] = [];
  for (let from = 0; from < records.length; from += batchSize) {
    const Records = records.slice(from, from + batchSize).map(({ key, data }, i) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: key,
        sequenceNumber: String(10n ** 55n + BigInt(from + i)),
        data: data.toString('base64'),
        approximateArrivalTimestamp: 1_795_000_000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000000:${10n ** 55n + BigInt(from + i)}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/bench',
      awsRegion: 'us-east-1',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/sessions',
    }));
    batches.push({ Records });
  }
  return batches;
}

export function createBatches(events: { session_id: string }[], batchSize: number): Batches {
  const segmentOf = createSegmentOf(SEGMENTS);
  const source = events.map((event) => ({
    key: event.session_id,
    data: Buffer.from(JSON.stringify(event)),
  }));
  const enriched: Record<string, { key: string; data: Buffer }[]> = {};
  for (const { data } of source) {
    const result = enrichRecord(data, { eventId: '0-1', processingTimestamp: 'now', segmentOf });
    if ('reason' in result) throw new Error(`The bench made an invalid event: ${result.reason}`);
    enriched[result.segment] ??= [];
    enriched[result.segment]?.push({ key: result.partitionKey, data: result.data });
  }
  return {
    source: batchesOf(source, batchSize),
    enriched: Object.fromEntries(
      Object.entries(enriched).map(([name, records]) => [name, batchesOf(records, batchSize)]),
    ),
  };
}

/** The product's handlers, connected as in Lambda; a router has its own module for each segment. */
export async function loadHandlers(): Promise<{
  enrich: Handler;
  routers: Record<string, Handler>;
}> {
  Object.assign(process.env, { ENRICHED_STREAM: 'enriched', REJECTED_DELIVERY_STREAM: 'rejected' });
  const { handler } = await import('../../functions/enrich-sessions/handler.ts');
  const routers: Record<string, Handler> = {};
  for (const { name } of SEGMENTS) {
    process.env.SEGMENT_STREAM = name;
    const router = await import(`../../functions/route-sessions/handler.ts?${name}`);
    // Its connections are made by the first event, out of the environment of that moment.
    await router.handler({ Records: [] }, context);
    routers[name] = router.handler;
  }
  return { enrich: handler as unknown as Handler, routers };
}

/** All batches through one handler, one after another as they come from a shard. */
export async function runHandler(handler: Handler, batches: KinesisStreamEvent[]): Promise<void> {
  for (const batch of batches) {
    const answer = (await handler(batch, context)) as { batchItemFailures: unknown[] };
    if (answer.batchItemFailures.length > 0) throw new Error('The handler left something unsent');
  }
}

/**
 * The widespread way: parse, add, stringify, and one PutRecord for each event, awaited before the
 * next. What the second hop gets is passed on as it is (`adds` is false).
 */
export const createOneByOne =
  (kinesis: KinesisClient) =>
  async (batches: KinesisStreamEvent[], streamName: string, adds: boolean): Promise<void> => {
    for (const { Records } of batches) {
      for (const { kinesis: record } of Records) {
        const bytes = Buffer.from(record.data, 'base64');
        const Data = adds ? straightforward(bytes) : bytes;
        const PartitionKey = record.partitionKey;
        await kinesis.send(new PutRecordCommand({ StreamName: streamName, PartitionKey, Data }));
      }
    }
  };

function straightforward(bytes: Buffer): Buffer {
  const event = JSON.parse(bytes.toString());
  const history: { product_code: string; quantity: number; in_shopping_cart: boolean }[] =
    event.browsing_history;
  const quantities = history.map(({ quantity }) => Number(quantity));
  return Buffer.from(
    JSON.stringify({
      ...event,
      overall_product_quantity: quantities.reduce((a, b) => a + b, 0),
      overall_in_shopping_cart: quantities
        .filter((_, i) => history[i]?.in_shopping_cart)
        .reduce((a, b) => a + b, 0),
      total_different_products: new Set(history.map((entry) => entry.product_code)).size,
      processing_timestamp: new Date().toISOString(),
    }),
  );
}
