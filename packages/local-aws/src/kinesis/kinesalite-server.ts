import { createSecretKey } from 'node:crypto';
import kinesalite from 'kinesalite';
import kinesaliteDb, { type Store } from 'kinesalite/db/index.js';
import { limitRecordSize } from './record-size.ts';
import { useNativeIntegers } from './sequence-numbers.ts';

useNativeIntegers();
limitRecordSize();

// kinesalite encrypts its iterators. Node prepares a key of bytes anew at each use, which takes longer than the
// encryption itself.
kinesaliteDb.ITERATOR_PWD_KEY = createSecretKey(kinesaliteDb.ITERATOR_PWD_KEY as Buffer);

/** Of all streams together; what a machine serves is up to those who start them. */
export const SHARD_LIMIT = 100_000;

/** kinesalite hides its store, which trimming needs: it is captured as it is created. */
export function createServer() {
  const { create } = kinesaliteDb;
  let store: Store | undefined;
  kinesaliteDb.create = (options) => {
    store = create(options);
    const { _db: memory } = store.db;
    memory._serializeKey = bufferOf;
    memory._serializeValue = bufferOf;
    return store;
  };
  try {
    const server = kinesalite({
      createStreamMs: 0,
      deleteStreamMs: 0,
      updateStreamMs: 0,
      shardLimit: SHARD_LIMIT,
    });
    return { server, store: store as Store };
  } finally {
    kinesaliteDb.create = create;
  }
}

/**
 * The store's own way, Buffer.from, takes small buffers out of a pool of 8 KB, which stays whole while
 * one of them is kept: streams took up to four times their bytes.
 */
function bufferOf(content: unknown): Buffer {
  if (Buffer.isBuffer(content)) return content;
  const text = String(content);
  const buffer = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  buffer.write(text);
  return buffer;
}
