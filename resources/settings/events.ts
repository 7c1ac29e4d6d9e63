import { flag, integer, oneOf } from './rules.ts';
import type { Settings } from './setting.ts';

// The limits are those of Lambda's mappings, Kinesis and Firehose.
export const events = {
  streaming: {
    default: true,
    rule: flag,
    meaning: '`false` leaves the streaming half out: the batch alone',
  },
  streamShards: {
    default: 1,
    stages: { prod: 2 },
    rule: integer(1, 4096),
    localRule: integer(1, 200),
    meaning:
      'Shards of each stream; each takes 1 MB or 1,000 records a second. Double or halve it: then each session keeps its order. `npm start` serves 200 at the most',
  },
  streamMode: {
    default: 'provisioned',
    rule: oneOf('provisioned', 'on-demand'),
    meaning:
      'Whether the streams have `streamShards` shards, or as many as AWS finds they need; a stream changes twice a day at most',
  },
  streamRetentionHours: {
    default: 24,
    rule: integer(24, 8760),
    meaning: 'Hours that a stream keeps events',
  },
  sessionsBatchSize: {
    default: 2000,
    rule: integer(1, 10_000),
    meaning: 'Records in one call of enrichment',
  },
  routeBatchSize: {
    default: 200,
    rule: integer(1, 10_000),
    meaning: 'Envelopes in one call of a router; each holds up to 512 KB of events, compressed',
  },
  sessionsParallelization: {
    default: 1,
    rule: integer(1, 10),
    meaning: 'Calls at a time for each shard; each session keeps its order',
  },
  enrichWindowSeconds: {
    default: 1,
    stages: { local: 0 },
    rule: integer(0, 300),
    meaning: 'Seconds to collect a batch for enrichment; longer means later and cheaper',
  },
  routeWindowSeconds: {
    default: 5,
    stages: { local: 1 },
    rule: integer(0, 300),
    meaning: 'Seconds to collect a batch for a router',
  },
  sessionsMaxAgeSeconds: {
    default: 43_200,
    rule: integer(60, 604_800),
    meaning:
      'Seconds that a batch is retried until it is discarded to the bucket of failed batches',
  },
  deliveryBufferMb: {
    default: 1,
    rule: integer(1, 128),
    meaning:
      'MB (of segments: compressed) after which Firehose writes an object, if they come first',
  },
  deliveryBufferSeconds: {
    default: 60,
    stages: { local: 5 },
    rule: integer(0, 900),
    meaning: 'Seconds after which Firehose writes an object, if they come first',
  },
} satisfies Settings;
