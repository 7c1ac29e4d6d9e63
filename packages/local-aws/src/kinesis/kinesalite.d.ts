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
