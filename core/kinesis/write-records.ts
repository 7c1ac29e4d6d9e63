import { errorCodeOf } from '../connection-errors.ts';
import { ContractBroken } from '../errors.ts';
import { abortableSleep } from './abortable-sleep.ts';
import { Pace } from './pace.ts';
import { type CallLimits, SendQueue } from './send-queue.ts';
import { isTransient } from './transient.ts';

export interface WritableRecord {
  readonly data: Uint8Array;
  /** Kinesis has one, Firehose none. */
  readonly partitionKey?: string;
}

/** What became of one entry of a call: undefined when it was stored. */
export type EntryResult = undefined | { readonly errorCode: string };

export interface WriterOptions<T extends WritableRecord> {
  /** One PutRecords or PutRecordBatch; one result for each record, in their order. */
  readonly send: (records: readonly T[], signal: AbortSignal) => Promise<readonly EntryResult[]>;
  readonly limits: CallLimits;
  /** Milliseconds that remain to the caller, such as `context.getRemainingTimeInMillis`. */
  readonly deadline?: () => number;
  /** Milliseconds before the deadline at which the writer returns, whatever is in flight. */
  readonly marginMs?: number;
  readonly callsInFlight?: number;
  /** Shared by all that one execution environment writes to a stream. */
  readonly pace?: Pace;
  /**
   * What the caller acknowledges: a Lambda a `prefix`, all records before the first that is not
   * placed, so that whatever was placed behind it would be written again; others `each` record.
   */
  readonly acknowledges?: 'prefix' | 'each';
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

export interface WriteReport {
  /** Indices of the records that have not arrived, as far as is known; ascending. */
  readonly unplaced: readonly number[];
  readonly calls: number;
  /** How often a single record failed, by error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** What made a whole call fail for good; nothing was sent after it. */
  readonly failure?: unknown;
}

/** While entries fail, a call carries no more than a shard takes in a second. */
const SLOW_CALL_BYTES = 1024 * 1024;

/** Made once: an error of its own for each batch takes as long as a hundred events. */
const STOPPED = new DOMException('The writer has returned', 'AbortError');

/** From here on, as a part of the time that remained at the start, nothing new is begun. */
const CLOSING_PART = 1 / 3;

/**
 * Writes records with as few calls as possible, repeats only what failed until the deadline is near,
 * and reports what it could not place; it never throws for a call that failed.
 *
 * Order: of each partition key, a record is sent only after the one before it was acknowledged. So
 * the first copies of a key's records are in the stream in the order of the input, whatever fails; a
 * copy may follow later when a response was lost. PutRecords promises no order within a call.
 *
 * Copies: for a caller that acknowledges a prefix, the last third of the time goes to the gaps: what
 * was begun is completed, nothing is begun, so that little is written again after redelivery.
 */
export function writeRecords<T extends WritableRecord>(
  records: readonly T[],
  options: WriterOptions<T>,
): Promise<WriteReport> {
  // Most batches have no rejected event.
  if (records.length === 0) return Promise.resolve({ unplaced: [], calls: 0, errors: {} });
  return new Writing(records, { ...DEFAULTS, pace: new Pace(), ...options }).run();
}

const DEFAULTS = {
  deadline: () => Number.POSITIVE_INFINITY,
  marginMs: 1_000,
  callsInFlight: 4,
  acknowledges: 'prefix',
  sleep: abortableSleep,
  random: Math.random,
} as const;

class Writing<T extends WritableRecord> {
  readonly #records: readonly T[];
  readonly #options: Required<WriterOptions<T>>;
  readonly #queue: SendQueue;
  readonly #errors: Record<string, number> = {};
  /** Calls in flight, and the pause. */
  readonly #pending = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #calls = 0;
  #inFlight = 0;
  #isResting = false;
  #failure: unknown;

  constructor(records: readonly T[], options: Required<WriterOptions<T>>) {
    const queued = records.map((record) => ({
      bytes: recordBytesOf(record),
      key: record.partitionKey,
    }));
    this.#records = records;
    this.#options = options;
    this.#queue = new SendQueue(queued, options.limits);
    const { recordBytes } = options.limits;
    this.#lose([...queued.keys()].filter((i) => (queued[i]?.bytes ?? 0) > recordBytes));
  }

  async run(): Promise<WriteReport> {
    const { deadline, marginMs, acknowledges } = this.#options;
    const closingAt = (deadline() - marginMs) * CLOSING_PART + marginMs;
    let isTimeUp = false;
    const timeUp = this.#timeUp().then(() => {
      isTimeUp = true;
    });
    while (!isTimeUp) {
      if (acknowledges === 'prefix' && deadline() < closingAt) this.#queue.close();
      this.#beginCalls();
      const isWaiting = this.#failure === undefined ? this.#pending.size > 0 : this.#inFlight > 0;
      if (!isWaiting) break;
      await Promise.race([...this.#pending, timeUp]);
    }
    // What is still in flight may arrive or not: it counts as not placed and is written again.
    this.#stop.abort(STOPPED);
    return {
      unplaced: this.#queue.unplaced(),
      calls: this.#calls,
      errors: { ...this.#errors },
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  /** Resolves when the time is nearly up; the deadline may move while it waits. */
  async #timeUp(): Promise<void> {
    const { deadline, marginMs, sleep } = this.#options;
    for (let left = deadline() - marginMs; left > 0; left = deadline() - marginMs) {
      if (this.#stop.signal.aborted || left === Number.POSITIVE_INFINITY) {
        return new Promise(() => {});
      }
      await sleep(left, this.#stop.signal);
    }
  }

  #beginCalls(): void {
    const { deadline, marginMs, callsInFlight, pace } = this.#options;
    while (this.#failure === undefined && !this.#isResting && deadline() > marginMs) {
      if (this.#inFlight >= (pace.isSlow ? 1 : callsInFlight)) return;
      const call = this.#queue.next(pace.isSlow ? SLOW_CALL_BYTES : undefined);
      if (call.length === 0) return;
      this.#track(this.#call(call));
    }
  }

  async #call(call: readonly number[]): Promise<void> {
    const { send, pace } = this.#options;
    this.#calls++;
    this.#inFlight++;
    try {
      const records = call.map((index) => this.#records[index] as T);
      const results = await send(records, this.#stop.signal);
      if (results.length !== call.length) {
        throw new ContractBroken(`${results.length} results for ${call.length} records`);
      }
      const failed = results.filter((result) => result !== undefined).length;
      this.#settle(call, results);
      pace.settled(failed / call.length);
    } catch (error) {
      if (!isTransient(error)) this.#failure ??= error;
      else {
        this.#settle(call, new Array(call.length).fill({ errorCode: errorCodeOf(error as Error) }));
        pace.failed();
      }
    } finally {
      this.#inFlight--;
    }
    this.#rest();
  }

  #settle(call: readonly number[], results: readonly EntryResult[]): void {
    for (const [i, index] of call.entries()) {
      const code = results[i]?.errorCode;
      if (code === undefined) this.#queue.placed(index);
      else {
        this.#errors[code] = (this.#errors[code] ?? 0) + 1;
        this.#queue.failed(index);
      }
    }
  }

  /** One pause for all: what failed is sent again in one call, not in many small ones. */
  #rest(): void {
    const { pace, random, sleep } = this.#options;
    if (!pace.isSlow || this.#isResting) return;
    this.#isResting = true;
    const rested = sleep(pace.pauseMs(random()), this.#stop.signal).then(() => {
      this.#isResting = false;
    });
    this.#track(rested);
  }

  #lose(indices: readonly number[]): void {
    const [first] = indices;
    if (first === undefined) return;
    this.#queue.lose(indices);
    if (this.#options.acknowledges === 'prefix') this.#queue.endAt(first);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}

/** What the limits of AWS count: data and key. */
export function recordBytesOf({ data, partitionKey }: WritableRecord): number {
  return data.length + (partitionKey === undefined ? 0 : Buffer.byteLength(partitionKey));
}
