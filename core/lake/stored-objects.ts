/** Objects of a bucket, for reading. */
export interface StoredObjects {
  /** Undefined where there is no such object. */
  get(key: string): Promise<Buffer | undefined>;
  /** All keys under a prefix, in order. */
  list(prefix: string): Promise<string[]>;
  /** Where a person finds the object. */
  locationOf(key: string): string;
}
