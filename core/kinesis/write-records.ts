import { setTimeout as pause } from 'node:timers/promises';
import { ContractBroken } from '../errors.ts';
import { backoffMs, type RetryPolicy } from '../retry.ts';
import { isTransient, RETRY } from './retry-policy.ts';
import { type CallLimits, SendQueue } from './send-queue.ts';

export interface WritableRecord {
  readonly data: Uint8Array;
  /** Kinesis has one, Firehose none. */
  readonly partitionKey?: string;
}

/** What became of one entry of a call: undefined when it was stored. */
export type EntryResult = undefined | { readonly errorCode: string };

export interface WriterOptions<T extends WritableRecord> {
  /** One PutRecords or PutRecordBatch; the answer has one result for each record, in their order. */
  readonly send: (records: readonly T[], signal: AbortSignal) => Promise<readonly EntryResult[]>;
  readonly limits: CallLimits;
  /** Milliseconds that remain to the caller, such as `context.getRemainingTimeInMillis`. */
  readonly deadline?: () => number;
  /** Milliseconds before the deadline at which the writer returns, whatever is under way. */
  readonly marginMs?: number;
  readonly callsInFlight?: number;
  readonly retry?: RetryPolicy;
  /**
   * What follows on a record that is given up: `stop` sends nothing behind it, for a caller whose
   * batch comes again from there on; `continue` sends all the others.
   */
  readonly afterLoss?: 'stop' | 'continue';
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

/**
 * Writes records with as few calls as possible, repeats only what failed, and reports what it could
 * not place; it never throws for a call that failed.
 *
 * Order: of each partition key, a record is sent only after the one before it was acknowledged. So
 * the first copies of a key's records stand in the stream in the order of the input, whatever
 * fails; a copy may follow later when an answer was lost. The price: a key with more records than
 * there are calls adds a call for each. PutRecords promises no order within a call, and Kinesis'
 * own way (PutRecord with SequenceNumberForOrdering) waits for each record as well.
 */
export function writeRecords<T extends WritableRecord>(
  records: readonly T[],
  options: WriterOptions<T>,
): Promise<WriteReport> {
  return new Writing(records, { ...DEFAULTS, ...options }).run();
}

const DEFAULTS = {
  deadline: () => Number.POSITIVE_INFINITY,
  marginMs: 1_000,
  callsInFlight: 4,
  retry: RETRY,
  afterLoss: 'stop',
  sleep: async (ms: number, signal: AbortSignal) => {
    await pause(ms, undefined, { signal }).catch(() => undefined);
  },
  random: Math.random,
} as const;

class Writing<T extends WritableRecord> {
  readonly #records: readonly T[];
  readonly #options: Required<WriterOptions<T>>;
  readonly #queue: SendQueue;
  readonly #failures: Uint8Array;
  readonly #errors: Record<string, number> = {};
  /** Calls in flight and pauses. */
  readonly #pending = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #calls = 0;
  #inFlight = 0;
  #failure: unknown;

  constructor(records: readonly T[], options: Required<WriterOptions<T>>) {
    const queued = records.map((record) => ({ bytes: bytesOf(record), key: record.partitionKey }));
    this.#records = records;
    this.#options = options;
    this.#queue = new SendQueue(queued, options.limits);
    this.#failures = new Uint8Array(records.length);
    const { recordBytes } = options.limits;
    this.#lose([...queued.keys()].filter((i) => (queued[i]?.bytes ?? 0) > recordBytes));
  }

  async run(): Promise<WriteReport> {
    const { deadline, marginMs, callsInFlight, sleep } = this.#options;
    let isTimeUp = false;
    const remaining = deadline() - marginMs;
    const timeUp = Number.isFinite(remaining)
      ? sleep(Math.max(0, remaining), this.#stop.signal).then(() => {
          isTimeUp = true;
        })
      : new Promise<void>(() => {});

    while (!isTimeUp) {
      while (
        this.#failure === undefined &&
        this.#inFlight < callsInFlight &&
        deadline() > marginMs
      ) {
        const call = this.#queue.next();
        if (call.length === 0) break;
        this.#track(this.#call(call));
      }
      const isWaiting = this.#failure === undefined ? this.#pending.size > 0 : this.#inFlight > 0;
      if (!isWaiting) break;
      await Promise.race([...this.#pending, timeUp]);
    }
    // What is still under way may arrive or not: it counts as not placed, and comes again.
    this.#stop.abort();
    return {
      unplaced: this.#queue.unplaced(),
      calls: this.#calls,
      errors: { ...this.#errors },
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  async #call(call: readonly number[]): Promise<void> {
    this.#calls++;
    this.#inFlight++;
    try {
      const records = call.map((index) => this.#records[index] as T);
      const results = await this.#options.send(records, this.#stop.signal);
      if (results.length !== call.length) {
        throw new ContractBroken(`${results.length} results for ${call.length} records`);
      }
      this.#settle(call, results);
    } catch (error) {
      if (!isTransient(error)) this.#failure ??= error;
      else this.#settle(call, new Array(call.length).fill({ errorCode: (error as Error).name }));
    } finally {
      this.#inFlight--;
    }
  }

  #settle(call: readonly number[], results: readonly EntryResult[]): void {
    const again: number[] = [];
    const lost: number[] = [];
    let worst = 0;
    for (const [i, index] of call.entries()) {
      const code = results[i]?.errorCode;
      if (code === undefined) {
        this.#queue.placed(index);
        continue;
      }
      this.#errors[code] = (this.#errors[code] ?? 0) + 1;
      const failures = (this.#failures[index] as number) + 1;
      this.#failures[index] = failures;
      (failures < this.#options.retry.attempts ? again : lost).push(index);
      worst = Math.max(worst, failures);
    }
    this.#lose(lost);
    if (again.length > 0) this.#rest(again, worst);
  }

  /** One pause for all that failed together: they come back as one call, not as many small ones. */
  #rest(indices: readonly number[], failures: number): void {
    const { retry, random, sleep } = this.#options;
    for (const index of indices) this.#queue.rest(index);
    const pauseMs = backoffMs(failures, retry, random());
    const wake = (): void => {
      for (const index of indices) this.#queue.wake(index);
    };
    this.#track(sleep(pauseMs, this.#stop.signal).then(wake));
  }

  #lose(indices: readonly number[]): void {
    const [first] = indices;
    if (first === undefined) return;
    this.#queue.lose(indices);
    if (this.#options.afterLoss === 'stop') this.#queue.endAt(first);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}

function bytesOf({ data, partitionKey }: WritableRecord): number {
  return data.length + (partitionKey === undefined ? 0 : Buffer.byteLength(partitionKey));
}
