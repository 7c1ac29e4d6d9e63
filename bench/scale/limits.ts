/** What AWS publishes for us-east-1 (November 2026), and what the service is set to. */
export const SHARD = { bytesPerSecond: 1_000_000, recordsPerSecond: 1_000 };
/** A shard is planned to be this full: producers are not even. */
export const HEADROOM = 0.8;
/** Quotas of an account before it asks for more. */
export const QUOTA = { shards: 20_000, lambdaConcurrency: 1_000 };
export const PUT_UNIT_BYTES = 25 * 1024;
export const FIREHOSE_UNIT_BYTES = 5 * 1024;

/** US dollars. */
export const PRICE = {
  shardHour: 0.015,
  millionPutUnits: 0.014,
  lambdaGbSecond: 0.0000133334,
  millionRequests: 0.2,
  firehoseGb: 0.029,
  thousandObjects: 0.005,
};

export const SETTINGS = {
  memoryGb: 0.5,
  batchSize: 2_000,
  routeBatchSize: 200,
  enrichWindowSeconds: 1,
  routeWindowSeconds: 5,
  bufferSeconds: 60,
};

/**
 * Events a second of one execution environment of 512 MB (0.29 of a vCPU), decoding, packing and
 * writing included: a quarter of what bench:stream prints for a whole core.
 */
export const RATE = { enrich: 35_000, route: 200_000 };

/** Milliseconds of a call to Kinesis, and of reading a shard. */
export const LATENCY_MS = 15;
export const POLL_SECONDS = 0.25;
