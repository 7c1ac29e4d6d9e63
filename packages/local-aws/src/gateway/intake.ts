import type { ServerResponse } from 'node:http';
import { actionOfTarget } from './calls.ts';

const WRITES = /^(kinesis|firehose):PutRecord/;

/** Records that programs outside the stage write: what was taken is to be delivered before it ends. */
export class Intake {
  #isClosed = false;
  readonly #writes = new Set<Promise<void>>();

  /** Serves a request, of a role or from outside; responds with 503 where it comes too late. */
  async serve(
    { target, role }: { target: string; role: string | undefined },
    response: ServerResponse,
    serve: () => Promise<void>,
  ): Promise<void> {
    if (role !== undefined || !WRITES.test(actionOfTarget(target))) return serve();
    if (this.#isClosed) {
      const message = 'The local stage is ending, and takes no more records';
      response.writeHead(503, { 'content-type': 'application/x-amz-json-1.1' });
      return void response.end(JSON.stringify({ __type: 'ServiceUnavailable', message }));
    }
    const write = serve().finally(() => this.#writes.delete(write));
    this.#writes.add(write);
    return write;
  }

  /** Takes no more; resolves when what was begun is stored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#writes);
  }
}
