declare module 'kinesalite' {
  import type { Server } from 'node:http';
  /** Times in milliseconds: how long a stream stays CREATING, DELETING or UPDATING. */
  export default function kinesalite(options: {
    createStreamMs: number;
    deleteStreamMs: number;
    updateStreamMs: number;
    shardLimit: number;
  }): Server;
}

declare module 'kinesalite/db/index.js' {
  import type { KeyObject } from 'node:crypto';

  /** What a server keeps its streams in. */
  export interface Store {
    /** levelup around memdown; how the latter turns keys and values into buffers. */
    db: {
      _db: {
        _serializeKey(key: unknown): Buffer;
        _serializeValue(value: unknown): Buffer;
      };
    };
    getStreamDb(name: string): {
      batch(operations: { type: 'del'; key: string }[], done: (error?: Error) => void): void;
    };
  }
  /** First part of a record's key. */
  export function shardIxToHex(shardIndex: number): string;
  /** What a sequence number says; times in milliseconds. */
  export interface Sequence {
    shardCreateTime: number;
    seqIx?: number | string | undefined;
    byte1?: string | undefined;
    seqTime?: number | undefined;
    shardIx?: number | undefined;
    version?: number | undefined;
  }
  export interface HashKey {
    comparedTo(decimal: string): number;
    /** kinesalite's alone. */
    toFixed?(): string;
  }
  const db: {
    /** Of shard iterators; read at each use. */
    ITERATOR_PWD_KEY: Buffer | KeyObject;
    create(options: object): Store;
    parseSequence(text: string): Sequence;
    stringifySequence(sequence: Sequence): string;
    incrementSequence(from: string | Sequence, time?: number | null): string;
    partitionKeyToHashKey(key: string): HashKey;
  };
  export default db;
}

/** How an action checks its input; `custom` says what is wrong after all else is right. */
declare module 'kinesalite/validations/*' {
  const validation: { custom?: (input: never) => string | undefined };
  export default validation;
}
