import type { StreamRecord } from './stream-event.ts';

const FIRST_BYTES = 64 * 1024;

/**
 * Decodes the data of records, one after another, into the same memory: thousands of buffers a batch,
 * each freed by garbage collection, take as long as all checks of their events (bench/stream).
 */
export class RecordData {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);

  /** Overwritten by the next call: nothing that lasts longer may point to it. */
  decode({ kinesis: { data } }: StreamRecord): Buffer {
    const most = Math.ceil((data.length * 3) / 4);
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(2 * most);
    return this.#bytes.subarray(0, this.#bytes.write(data, 'base64'));
  }
}
