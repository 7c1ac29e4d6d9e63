import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { keepRequestBuffers } from '../../core/kinesis/put-records-body.ts';
import { bucketsFor } from '../../core/sessions/buckets.ts';
import { EnvelopePacker } from '../../core/sessions/pack-envelopes.ts';
import { createSegmentOf, SEGMENTS } from '../../core/sessions/segments.ts';
import { numberOf, required } from './env.ts';
import { countEnriched, countRouted, type EnrichedCounts, type RoutedCounts } from './metrics.ts';
import { logCounts } from './middleware.ts';
import { PlacedRecords } from './placed-records.ts';
import { RecordData } from './record-data.ts';
import { writeToDelivery, writeToStream } from './stream-writers.ts';

/**
 * The dependencies of the functions of the stream; apart from the clients of the batch, whose
 * imports would add 85 kB to their bundles.
 *
 * The writer owns the retries, because single records fail in calls that succeed. Kinesis' client
 * would choose HTTP/2, which only subscriptions need.
 */
const aws = () => ({
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
  }),
});

const connectStream = (name: string) =>
  writeToStream(keepRequestBuffers(new KinesisClient(aws())), name);

export const connectEnrichment = () => ({
  writeEnriched: connectStream(required('ENRICHED_STREAM')),
  writeRejected: writeToDelivery(new FirehoseClient(aws()), required('REJECTED_DELIVERY_STREAM')),
  segmentOf: createSegmentOf(SEGMENTS),
  packer: new EnvelopePacker(bucketsFor(numberOf('STREAM_SHARDS', 2, 1))),
  recordData: new RecordData(),
  placed: new PlacedRecords(),
  log: (counts: EnrichedCounts) => {
    logCounts(counts);
    countEnriched(counts);
  },
});

export const connectRouting = () => {
  const stream = required('SEGMENT_STREAM');
  return {
    segment: required('SEGMENT'),
    writeSegment: connectStream(stream),
    recordData: new RecordData(),
    placed: new PlacedRecords(),
    log: (counts: RoutedCounts) => {
      logCounts(counts);
      countRouted(counts, stream);
    },
  };
};
