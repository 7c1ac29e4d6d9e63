import { DOCUMENT, decode, found, wordAt } from './json-tokens.ts';
import { skipKey } from './json-values.ts';

const TEXT = DOCUMENT;

/** The keys that a reader knows, found by their first letter: a hit costs one pass over its bytes. */
export class KeyList {
  readonly names: readonly string[];
  /** The offset of the closing quote of the key read last. */
  stop = 0;
  /** Each name in its quotes, four bytes a word; the last word overlaps the one before it. */
  readonly #words: readonly Int32Array[];
  // The first name that begins with a byte, and for each name the next one that begins like it.
  readonly #first = new Int8Array(256).fill(-1);
  readonly #next: Int8Array;

  constructor(names: readonly string[]) {
    this.names = names;
    this.#words = names.map((name) => wordsOf(Buffer.from(`"${name}"`)));
    this.#next = new Int8Array(names.length);
    for (const [i, name] of names.entries()) {
      this.#next[i] = this.#first[name.charCodeAt(0)] as number;
      this.#first[name.charCodeAt(0)] = i;
    }
  }

  /**
   * Reads the key whose first byte is at `start`, of an object open at `depth`. Returns its place
   * in the list, or -1; keys that are not listed are held against those of the same object.
   */
  read(start: number, depth: number): number {
    let i = this.#first[TEXT[start] as number] as number;
    while (i >= 0) {
      const { length } = this.names[i] as string;
      if (isAt(start - 1, this.#words[i] as Int32Array, length - 2)) {
        this.stop = start + length;
        return i;
      }
      i = this.#next[i] as number;
    }
    this.stop = skipKey(start, depth);
    return found.escape ? this.names.indexOf(decode(start, this.stop, true)) : -1;
  }
}

function wordsOf(quoted: Buffer): Int32Array {
  const last = quoted.length - 4;
  return Int32Array.from({ length: Math.ceil(quoted.length / 4) }, (_, i) =>
    quoted.readInt32LE(Math.min(4 * i, last)),
  );
}

/** Whether the text at `from` is these words, the last one at the offset `last` behind it. */
function isAt(from: number, words: Int32Array, last: number): boolean {
  for (let i = 0; i < words.length; i++) {
    if (wordAt(from + Math.min(4 * i, last)) !== words[i]) return false;
  }
  return true;
}
