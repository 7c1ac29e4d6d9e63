import { DOCUMENT, decode, wordAt } from './json-tokens.ts';

const TEXT = DOCUMENT;

const FEW = 32;

/**
 * Distinct strings of the document at hand, told apart without decoding them: a string is the bytes
 * between its quotes, [start, stop). They are compared pair by pair as long as there are few and
 * none holds an escape; from then on a Set of decoded strings takes over, because `"a"` equals
 * `"\u0061"` and the number of pairs grows with the square.
 */
export class StringSet {
  readonly #signs = new Int32Array(FEW);
  readonly #starts = new Int32Array(FEW);
  readonly #stops = new Int32Array(FEW);
  #count = 0;
  #decoded: Set<string> | undefined;

  get size(): number {
    return this.#decoded?.size ?? this.#count;
  }

  /** Empties the set: one instance serves document after document. */
  clear(): void {
    this.#count = 0;
    this.#decoded = undefined;
  }

  /** Adds the string at [start, stop) and says whether it was new. */
  add(start: number, stop: number, escaped: boolean): boolean {
    const count = this.#count;
    if (escaped || this.#decoded !== undefined || count === FEW) {
      return this.#addDecoded(start, stop, escaped);
    }
    const sign = signOf(start, stop);
    const signs = this.#signs;
    for (let i = 0; i < count; i++) {
      if (signs[i] === sign && this.#isAt(i, start, stop)) return false;
    }
    signs[count] = sign;
    this.#starts[count] = start;
    this.#stops[count] = stop;
    this.#count = count + 1;
    return true;
  }

  #isAt(i: number, start: number, stop: number): boolean {
    const shift = (this.#starts[i] as number) - start;
    if ((this.#stops[i] as number) - stop !== shift) return false;
    for (let at = start; at < stop; at++) if (TEXT[at] !== TEXT[at + shift]) return false;
    return true;
  }

  #addDecoded(start: number, stop: number, escaped: boolean): boolean {
    if (this.#decoded === undefined) {
      this.#decoded = new Set();
      for (let i = 0; i < this.#count; i++) {
        this.#decoded.add(decode(this.#starts[i] as number, this.#stops[i] as number, false));
      }
    }
    const before = this.#decoded.size;
    return this.#decoded.add(decode(start, stop, escaped)).size > before;
  }
}

/** Equal for equal strings, rarely for others: product codes and their like differ at the end. */
function signOf(start: number, stop: number): number {
  return stop - start < 4 ? stop - start : wordAt(stop - 4);
}
