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
  const db: { create(options: object): Store };
  export default db;
}
