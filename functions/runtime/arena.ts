const BLOCK_BYTES = 1024 * 1024;

/**
 * Memory for the events of one invocation, kept for the next one. Thousands of small buffers a batch,
 * each freed by garbage collection, take as long as all checks of their events (bench/stream).
 *
 * What `take` returned is overwritten after `reset`: nothing that is in flight may point to it.
 */
export class Arena {
  readonly #blocks: Buffer[] = [];
  #block = 0;
  #at = 0;

  /** `size` bytes with anything in them. */
  take(size: number): Buffer {
    let block = this.#blocks[this.#block];
    while (block !== undefined && this.#at + size > block.length) {
      this.#at = 0;
      block = this.#blocks[++this.#block];
    }
    if (block === undefined) {
      block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, size));
      this.#blocks.push(block);
    }
    const from = this.#at;
    this.#at += size;
    return block.subarray(from, from + size);
  }

  /** For the next invocation. */
  reset(): void {
    this.#block = 0;
    this.#at = 0;
  }
}
