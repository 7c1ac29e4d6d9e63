import { payloadBytesOf, type StreamRecord } from '../kinesis/records.ts';

/** Lambda's limit for the payload of an invocation. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export interface BatcherSettings {
  batchSize: number;
  windowMs: number;
}

/**
 * What a mapping processes one batch at a time: the records of a shard, or of the partition keys
 * that one of several batchers of a shard has. A batch is processed when it is full, in count or in bytes,
 * or when the window has passed since its first record.
 */
export class ShardBatcher {
  readonly #settings: BatcherSettings;
  readonly #process: (batch: StreamRecord[]) => Promise<void>;
  readonly #waiting: StreamRecord[] = [];
  #waitingBytes = 0;
  #firstAt = 0;
  #hurries = false;
  #running = false;
  #timer: NodeJS.Timeout | undefined;
  #onIdle: (() => void)[] = [];

  /** `process` must not reject. */
  constructor(settings: BatcherSettings, process: (batch: StreamRecord[]) => Promise<void>) {
    this.#settings = settings;
    this.#process = process;
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(records: readonly StreamRecord[]): void {
    if (this.#waiting.length === 0) this.#firstAt = performance.now();
    for (const record of records) {
      this.#waiting.push(record);
      this.#waitingBytes += payloadBytesOf(record);
    }
    this.#wake();
  }

  /** Resolves when every record pushed so far is processed; does not wait for windows to pass. */
  settle(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#running) return Promise.resolve();
    this.#hurries = true;
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#running || this.#waiting.length === 0) return;
    clearTimeout(this.#timer);
    const isFull =
      this.#waiting.length >= this.#settings.batchSize || this.#waitingBytes > MAX_PAYLOAD_BYTES;
    const left = this.#firstAt + this.#settings.windowMs - performance.now();
    if (isFull || this.#hurries || left <= 0) void this.#run();
    // A timer that fires early is set again.
    else this.#timer = setTimeout(() => this.#wake(), Math.ceil(left)).unref();
  }

  async #run(): Promise<void> {
    this.#running = true;
    await this.#process(this.#cut());
    this.#running = false;
    this.#firstAt = performance.now();
    if (this.#waiting.length > 0) return this.#wake();
    this.#hurries = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #cut(): StreamRecord[] {
    let bytes = 0;
    let count = 0;
    for (const record of this.#waiting) {
      bytes += payloadBytesOf(record);
      if (count === this.#settings.batchSize || (count > 0 && bytes > MAX_PAYLOAD_BYTES)) break;
      this.#waitingBytes -= payloadBytesOf(record);
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
