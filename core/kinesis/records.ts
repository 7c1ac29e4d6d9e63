/** A record for a stream. */
export interface KeyedRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Places the record on the ring of shards by itself, instead of by the key's hash. */
  readonly explicitHashKey?: string;
}
