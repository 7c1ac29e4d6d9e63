/** Characters of a partition key. */
export const MAX_KEY_LENGTH = 256;

/** What Kinesis takes as a partition key: a call with any other fails as a whole. */
export const isPartitionKey = (key: string): boolean =>
  key.length > 0 && key.length <= MAX_KEY_LENGTH;

/** A record for a stream. */
export interface KeyedRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Places the record on the ring of shards by itself, instead of by the key's hash. */
  readonly explicitHashKey?: string;
}
