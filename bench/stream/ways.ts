import { type KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { bucketsFor } from '../../core/sessions/buckets.ts';
import { enrichRecord } from '../../core/sessions/enrich-record.ts';
import { eventIdOf } from '../../core/sessions/event-id.ts';
import { packEnvelopes } from '../../core/sessions/pack-envelopes.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';

/** As serverless.yml has them. */
const SHARDS = 2;
const ENVELOPES_A_BATCH = 200;

type Handler = (event: unknown, context: Context) => Promise<unknown>;

export interface Batches {
  source: KinesisStreamEvent[];
  /** What each router gets, behind its mapping's filter: envelopes, and as before an event a record. */
  enriched: Record<string, KinesisStreamEvent[]>;
  single: Record<string, KinesisStreamEvent[]>;
  /** PUT units of 25 KB that the envelopes take. */
  putUnits: number;
}

interface Keyed {
  key: string;
  data: Buffer;
}

const context = {
  functionName: 'bench',
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

/** Lambda events of `batchSize` records. */
function batchesOf(records: readonly Keyed[], batchSize: number): KinesisStreamEvent[] {
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
  const enriched = source.map(({ data }) => {
    const result = enrichRecord(data, {
      eventId: '0-49590338271490256608559692538361571095921575989136588898',
      processingTimestamp: '2026-11-21T12:00:00.000Z',
      segmentOf,
    });
    if ('reason' in result) throw new Error(`The bench made an invalid event: ${result.reason}`);
    return result;
  });
  const envelopes: (Keyed & { segment: string })[] = [];
  for (let from = 0; from < enriched.length; from += batchSize) {
    const packed = packEnvelopes(enriched.slice(from, from + batchSize), bucketsFor(SHARDS));
    for (const { partitionKey, data, events: indices } of packed) {
      const segment = enriched[from + (indices[0] as number)]?.segment as string;
      envelopes.push({ key: partitionKey, data: data as Buffer, segment });
    }
  }
  const bySegment = (records: readonly (Keyed & { segment: string })[], size: number) =>
    Object.fromEntries(
      SEGMENTS.map(({ name }) => [
        name,
        batchesOf(
          records.filter(({ segment }) => segment === name),
          size,
        ),
      ]),
    );
  return {
    source: batchesOf(source, batchSize),
    enriched: bySegment(envelopes, ENVELOPES_A_BATCH),
    single: bySegment(
      enriched.map(({ partitionKey, data, segment }) => ({ key: partitionKey, data, segment })),
      batchSize,
    ),
    putUnits: envelopes.reduce((sum, { data }) => sum + Math.ceil(data.length / 25_600), 0),
  };
}

/** Decoding and enriching a batch, and nothing else: what the rest of enrichment is held against. */
export function enrichAlone(batches: readonly KinesisStreamEvent[]): void {
  const segmentOf = createSegmentOf(SEGMENTS);
  for (const { Records } of batches) {
    for (const { eventID, kinesis } of Records) {
      const eventId = eventIdOf(eventID.slice(0, eventID.indexOf(':')), kinesis.sequenceNumber);
      const data = Buffer.from(kinesis.data, 'base64');
      const processingTimestamp = '2026-11-21T12:00:00.000Z';
      enrichRecord(data, { eventId, processingTimestamp, segmentOf });
    }
  }
}

/** The product's handlers, connected as in Lambda; a router has its own module for each segment. */
export async function loadHandlers(): Promise<{
  enrich: Handler;
  routers: Record<string, Handler>;
}> {
  Object.assign(process.env, {
    ENRICHED_STREAM: 'enriched',
    REJECTED_DELIVERY_STREAM: 'rejected',
    STREAM_SHARDS: String(SHARDS),
  });
  const { handler } = await import('../../functions/enrich-sessions/handler.ts');
  const routers: Record<string, Handler> = {};
  for (const { name } of SEGMENTS) {
    Object.assign(process.env, { SEGMENT: name, SEGMENT_STREAM: name });
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
    const response = (await handler(batch, context)) as { batchItemFailures: unknown[] };
    if (response.batchItemFailures.length > 0)
      throw new Error('The handler left something unplaced');
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
