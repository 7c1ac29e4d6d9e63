import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { splitLines } from '../../../core/sessions/lines.ts';
import { unpackRejected } from '../../../core/sessions/rejected-lines.ts';
import type { Stage } from '../../../local/stage.ts';
import type { SentRecord } from '../streaming/fixtures.ts';
import { objectsIn, type Segment, SOURCE } from '../streaming/pipeline.ts';

const SEGMENTS = ['usa', 'international'] as const;

export interface Outcome {
  sent: number;
  delivered: Record<Segment, number>;
  rejected: number;
  /** Delivered again under the same event id. */
  copies: number;
  lost: number;
  /** Delivered more often than sent, to another segment, or never sent at all. */
  unexplained: number;
  outOfOrder: number;
}

/**
 * What was sent, and what became of it. All that grows with the number of events has its size from
 * the start, so that the memory of the process shows what the stage takes.
 */
export class Ledger {
  readonly #sent: Uint8Array;
  readonly #segment: Uint8Array;
  readonly #seen: Uint8Array;
  readonly #last = new Map<string, number>();
  readonly #malformed = new Map<string, number>();
  #count = 0;
  #outOfOrder = 0;

  constructor(events: number) {
    this.#sent = new Uint8Array(events);
    this.#segment = new Uint8Array(events);
    this.#seen = new Uint8Array(events);
  }

  send({ data, goesTo }: SentRecord): void {
    this.#count++;
    if (goesTo === 'rejected') {
      const digest = digestOf(data);
      this.#malformed.set(digest, (this.#malformed.get(digest) ?? 0) + 1);
      return;
    }
    const { n } = JSON.parse(data.toString());
    this.#sent[n] = (this.#sent[n] as number) + 1;
    this.#segment[n] = 1 + SEGMENTS.indexOf(goesTo);
  }

  /** Lines as they are in the stream of a segment, in the order of their shard. */
  see(lines: Uint8Array): void {
    for (const line of splitLines(lines)) {
      const { session_id: session, n } = JSON.parse(line.toString());
      if (n < (this.#last.get(session) ?? -1) && this.#seen[n] === 0) this.#outOfOrder++;
      else if (this.#seen[n] === 0) this.#last.set(session, n);
      this.#seen[n] = 1;
    }
  }

  /** Holds what is in the buckets against what was sent. */
  close(stage: Stage): Outcome {
    const ids = new Set<string>();
    const found = new Uint8Array(this.#sent.length);
    const outcome: Outcome = {
      sent: this.#count,
      delivered: { usa: 0, international: 0 },
      rejected: 0,
      copies: 0,
      lost: 0,
      unexplained: 0,
      outOfOrder: this.#outOfOrder,
    };
    for (const [i, segment] of SEGMENTS.entries()) {
      for (const line of linesOf(stage, `${SOURCE}-${segment}`, 'firehose/')) {
        const { event_id, n } = JSON.parse(line.toString());
        if (ids.has(event_id)) {
          outcome.copies++;
          continue;
        }
        ids.add(event_id);
        outcome.delivered[segment]++;
        found[n] = (found[n] ?? 0) + 1;
        if (this.#segment[n] !== i + 1) outcome.unexplained++;
      }
    }
    for (const [n, sent] of this.#sent.entries()) {
      const missing = sent - (found[n] as number);
      if (missing > 0) outcome.lost += missing;
      else outcome.unexplained -= missing;
    }
    const rejected = unpackRejected(linesOf(stage, 'tributary-local-lake', 'rejected/'));
    outcome.rejected = rejected.events.length;
    const left = new Map(this.#malformed);
    for (const { original } of rejected.events) {
      const digest = digestOf(original);
      const count = left.get(digest) ?? 0;
      if (count === 0) outcome.unexplained++;
      else left.set(digest, count - 1);
    }
    for (const count of left.values()) outcome.lost += count;
    outcome.unexplained += rejected.incomplete.length;
    return outcome;
  }
}

function* linesOf(stage: Stage, bucket: string, prefix: string): Generator<Buffer> {
  for (const { key, path } of objectsIn(stage, bucket)) {
    if (key.startsWith(prefix)) yield* splitLines(gunzipSync(readFileSync(path)));
  }
}

const digestOf = (data: Buffer) => createHash('sha256').update(data).digest('base64');
