import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { KinesisStreamEvent } from 'aws-lambda';
import { enrichRecord } from '../../core/sessions/enrich-record.ts';
import { eventIdOf } from '../../core/sessions/event-id.ts';
import { joinLines } from '../../core/sessions/lines.ts';
import { packRecords } from '../../core/sessions/pack-records.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';
import {
  parseStreamEvent,
  type StreamRecord,
  shardIdOf,
} from '../../functions/runtime/stream-event.ts';
import { writeToStream } from '../../functions/runtime/stream-writers.ts';

const BUCKETS = 8;

/**
 * The way before there were envelopes, as a baseline: one record of the enriched stream for each
 * event, under its session id; routers join the events of eight buckets. The same writer serves both.
 */
export function createEventARecord(kinesis: KinesisClient) {
  const segmentOf = createSegmentOf(SEGMENTS);
  const remaining = () => 60_000;
  return {
    async enrich(batches: readonly KinesisStreamEvent[]): Promise<void> {
      const write = writeToStream(kinesis, 'enriched');
      for (const batch of batches) {
        const processingTimestamp = new Date().toISOString();
        const enriched = parseStreamEvent(batch).map((record) => {
          const eventId = eventIdOf(shardIdOf(record), record.kinesis.sequenceNumber);
          const result = enrichRecord(dataOf(record), { eventId, processingTimestamp, segmentOf });
          if ('reason' in result)
            throw new Error(`The bench made an invalid event: ${result.reason}`);
          return result;
        });
        await write(enriched, remaining);
      }
    },
    async route(segment: string, batches: readonly KinesisStreamEvent[]): Promise<void> {
      const write = writeToStream(kinesis, segment);
      for (const batch of batches) {
        const records = parseStreamEvent(batch);
        const byBucket = Map.groupBy(
          records,
          ({ kinesis }) => fnv(kinesis.partitionKey ?? '') % BUCKETS,
        );
        const items = [...byBucket].map(([bucket, all]) => ({
          partitionKey: `${segment}-${bucket}-of-${BUCKETS}`,
          data: joinLines(all.map(dataOf)),
        }));
        await write(packRecords(items), remaining);
      }
    },
  };
}

const dataOf = ({ kinesis }: StreamRecord): Buffer => Buffer.from(kinesis.data, 'base64');

function fnv(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
