/**
 * What this execution environment has placed behind a gap: it was written, and is handed over again
 * all the same, because Lambda acknowledges up to the gap only. If the redelivery comes to this
 * environment, it is not written twice; if not, it is, under the same event id.
 */
export class PlacedRecords {
  readonly #ids = new Set<string>();
  readonly #limit: number;

  /** Ids beyond the limit (of some 100 bytes each) are forgotten, the oldest first. */
  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  /** So it is nearly always: then no ids need be made. */
  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= this.#limit) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }

  /** Acknowledged, so that it does not come again. */
  delete(id: string): void {
    this.#ids.delete(id);
  }
}
