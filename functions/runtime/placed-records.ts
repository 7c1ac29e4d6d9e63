/** Of an entry without its bits: the id, the list and their place in the map. */
const ENTRY_BYTES = 256;

/** Two of Lambda's largest batches (10,000 records, or 6 MB with up to 790,000 events in aggregates). */
const LIMIT_BYTES = 2 * 10_000 * ENTRY_BYTES;

/**
 * What this execution environment has placed behind a gap: it was written, and is handed over again
 * all the same, because Lambda acknowledges up to the gap only. If the redelivery comes to this
 * environment, it is not written twice; if not, it is, under the same event id.
 */
export class PlacedRecords {
  /** By the id of a record: a bit for each of its parts. */
  readonly #parts = new Map<string, number[]>();
  readonly #limitBytes: number;
  #bytes = 0;

  /** Records beyond the limit are forgotten, the oldest first. */
  constructor(limitBytes = LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** So it is nearly always. */
  get isEmpty(): boolean {
    return this.#parts.size === 0;
  }

  /** `part`: the number of an event in an aggregated record; 0 is the record itself. */
  has(id: string, part = 0): boolean {
    return ((this.#parts.get(id)?.[part >>> 5] ?? 0) & (1 << part)) !== 0;
  }

  add(id: string, part = 0): void {
    const bits = this.#parts.get(id) ?? [];
    this.#bytes -= this.#parts.has(id) ? bytesOf(bits) : 0;
    for (let at = bits.length; at <= part >>> 5; at++) bits.push(0);
    bits[part >>> 5] = (bits[part >>> 5] as number) | (1 << part);
    this.#bytes += bytesOf(bits);
    this.#parts.set(id, bits);
    for (const oldest of this.#parts.keys()) {
      if (this.#bytes <= this.#limitBytes) return;
      this.delete(oldest);
    }
  }

  /** Acknowledged with all its parts, so that it does not come again. */
  delete(id: string): void {
    const bits = this.#parts.get(id);
    if (bits === undefined) return;
    this.#bytes -= bytesOf(bits);
    this.#parts.delete(id);
  }
}

const bytesOf = (bits: readonly number[]): number => ENTRY_BYTES + 8 * bits.length;
