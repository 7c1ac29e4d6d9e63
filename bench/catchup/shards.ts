import type { EntryResult, WritableRecord } from '../../core/kinesis/write-records.ts';

/** A record with its number, and the shard that its key falls to. */
export interface Numbered extends WritableRecord {
  readonly id: number;
  readonly shard: number;
}

/** What AWS lets a shard take. */
const LIMIT = { recordsPerSecond: 1_000, bytesPerSecond: 1024 * 1024 };

const THROTTLED = { errorCode: 'ProvisionedThroughputExceededException' };

/** A stream whose shards take what AWS's limits allow, and keep count. */
export class ModelStream {
  /** How often each record was stored, and when first, in milliseconds. */
  readonly stored = new Map<number, { times: number; firstAt: number }>();
  calls = 0;
  readonly #shards: { records: number; bytes: number; at: number }[];

  constructor(shards: number) {
    this.#shards = Array.from({ length: shards }, () => ({
      records: LIMIT.recordsPerSecond,
      bytes: LIMIT.bytesPerSecond,
      at: 0,
    }));
  }

  put(records: readonly Numbered[], now: number): EntryResult[] {
    this.calls++;
    for (const shard of this.#shards) {
      const seconds = (now - shard.at) / 1_000;
      shard.at = now;
      const { recordsPerSecond, bytesPerSecond } = LIMIT;
      shard.records = Math.min(recordsPerSecond, shard.records + seconds * recordsPerSecond);
      shard.bytes = Math.min(bytesPerSecond, shard.bytes + seconds * bytesPerSecond);
    }
    return records.map((record) => {
      const shard = this.#shards[record.shard];
      if (!shard || shard.records < 1 || shard.bytes < record.data.length) return THROTTLED;
      shard.records -= 1;
      shard.bytes -= record.data.length;
      this.keep(record, now);
      return undefined;
    });
  }

  keep({ id }: Numbered, now: number): void {
    const known = this.stored.get(id);
    if (known) known.times++;
    else this.stored.set(id, { times: 1, firstAt: now });
  }

  /** The part of all that was stored that had been stored before. */
  get copies(): number {
    const all = [...this.stored.values()].reduce((sum, { times }) => sum + times, 0);
    return all === 0 ? 0 : (all - this.stored.size) / all;
  }
}
