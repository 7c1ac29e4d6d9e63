import { DOCUMENT, decode, found, QUOTE } from './json-tokens.ts';
import { skipKey } from './json-values.ts';

const TEXT = DOCUMENT;

/** The keys that a reader knows, found by their first letter: a hit costs one pass over its bytes. */
export class KeyList {
  readonly names: readonly string[];
  /** The offset of the closing quote of the key read last. */
  stop = 0;
  readonly #bytes: readonly Buffer[];
  // The first name that begins with a byte, and for each name the next one that begins like it.
  readonly #first = new Int8Array(256).fill(-1);
  readonly #next: Int8Array;

  constructor(names: readonly string[]) {
    this.names = names;
    this.#bytes = names.map((name) => Buffer.from(name));
    this.#next = new Int8Array(names.length);
    for (const [i, name] of this.#bytes.entries()) {
      this.#next[i] = this.#first[name[0] as number] as number;
      this.#first[name[0] as number] = i;
    }
  }

  /**
   * Reads the key whose first byte is at `start`, of an object open at `depth`. Returns its place
   * in the list, or -1; keys that are not listed are held against those of the same object.
   */
  read(start: number, depth: number): number {
    let i = this.#first[TEXT[start] as number] as number;
    while (i >= 0) {
      const name = this.#bytes[i] as Buffer;
      const { length } = name;
      let j = 1;
      while (j < length && TEXT[start + j] === name[j]) j++;
      if (j === length && TEXT[start + j] === QUOTE) {
        this.stop = start + j;
        return i;
      }
      i = this.#next[i] as number;
    }
    this.stop = skipKey(start, depth);
    return found.escape ? this.names.indexOf(decode(start, this.stop, true)) : -1;
  }
}
