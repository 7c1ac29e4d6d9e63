/** What one call takes, in records and bytes. */
export interface CallLimits {
  readonly records: number;
  readonly requestBytes: number;
  /** Of a single record, its partition key included. */
  readonly recordBytes: number;
}

/** 10 MiB a request for streams of today, 5 for those that have not been updated: the safe one. */
export const PUT_RECORDS: CallLimits = {
  records: 500,
  requestBytes: 5 * 1024 * 1024,
  recordBytes: 1024 * 1024,
};

export const PUT_RECORD_BATCH: CallLimits = {
  records: 500,
  requestBytes: 4 * 1024 * 1024,
  recordBytes: 1_000 * 1024,
};

export interface QueuedRecord {
  readonly bytes: number;
  /** Records of the same key keep their order; a record without one has none to keep. */
  readonly key: string | undefined;
}

/** The records of one key. Only the first that is not placed may be under way. */
interface Lane {
  /** Indices into the input, ascending; those before `at` are placed. */
  readonly records: number[];
  at: number;
  state: 'ready' | 'sent' | 'lost';
}

/**
 * Decides which records the next call carries. A call carries at most one record of a key, and only
 * when the one before it has been placed: PutRecords goes on after an entry that failed, so a later
 * entry of the same key, in the same call, would overtake it for good.
 *
 * Without faults there are as few calls as that rule allows: the greater of records / 500 and the
 * most records of one key (more where bytes are the limit). Within that, input order holds, so that
 * a writer that runs out of time has placed the front of its batch.
 */
export class SendQueue {
  readonly #records: readonly QueuedRecord[];
  readonly #limits: CallLimits;
  readonly #laneOf: Lane[] = [];
  readonly #placed: Uint8Array;
  /** Lanes in which records wait behind the first one. */
  #long: Lane[];
  /** Records before `first` are through; those from `end` on are not sent any more. */
  #first = 0;
  #end: number;
  /** Behind the last record that was ever sent. */
  #begun = 0;
  /** Records still to be sent, those in flight left out, and their bytes. */
  #waiting = 0;
  #waitingBytes = 0;

  constructor(records: readonly QueuedRecord[], limits: CallLimits) {
    this.#records = records;
    this.#limits = limits;
    this.#placed = new Uint8Array(records.length);
    this.#end = records.length;
    const byKey = new Map<string, Lane>();
    for (const [i, { key }] of records.entries()) {
      const known = key === undefined ? undefined : byKey.get(key);
      const lane: Lane = known ?? { records: [], at: 0, state: 'ready' };
      if (key !== undefined) byKey.set(key, lane);
      lane.records.push(i);
      this.#laneOf.push(lane);
    }
    this.#long = [...byKey.values()].filter((lane) => lane.records.length > 1);
    this.#count();
  }

  /** The indices for the next call, from now on in flight. None: wait for a result, or all done. */
  next(maxBytes = this.#limits.requestBytes): number[] {
    const { records } = this.#limits;
    const requestBytes = Math.min(maxBytes, this.#limits.requestBytes);
    const calls = Math.max(
      Math.ceil(this.#waiting / records),
      Math.ceil(this.#waitingBytes / requestBytes),
    );
    this.#long = this.#long.filter((lane) => behind(lane) > 0);
    // A key with as many records left as there are calls to come belongs into each of them.
    const urgent = this.#long.filter((lane) => behind(lane) >= calls);
    if (urgent.some((lane) => lane.state === 'sent')) return [];
    const mayGrow = this.#long.some((lane) => lane.state === 'sent');

    const call: number[] = [];
    let bytes = 0;
    let isFull = false;
    const take = (lane: Lane): void => {
      const index = lane.records[lane.at] ?? this.#end;
      if (lane.state !== 'ready' || index >= this.#end || call.length === records) return;
      const size = this.#bytesOf(index);
      if (call.length > 0 && bytes + size > requestBytes) {
        isFull = true;
        return;
      }
      lane.state = 'sent';
      bytes += size;
      isFull = call.push(index) === records || isFull;
    };
    for (const lane of urgent) take(lane);
    while (this.#first < this.#end && this.#isThrough(this.#first)) this.#first++;
    for (let i = this.#first; i < this.#end && call.length < records; i++) {
      const lane = this.#lane(i);
      if (lane.records[lane.at] === i) take(lane);
    }
    if (mayGrow && !isFull) {
      // There is room for records that wait behind those in flight.
      for (const index of call) this.#lane(index).state = 'ready';
      return [];
    }
    this.#waiting -= call.length;
    this.#waitingBytes -= bytes;
    call.sort((a, b) => a - b);
    this.#begun = Math.max(this.#begun, (call.at(-1) ?? -1) + 1);
    return call;
  }

  /** The record has arrived; the next one of its key may go. */
  placed(index: number): void {
    const lane = this.#lane(index);
    lane.at++;
    lane.state = 'ready';
    this.#placed[index] = 1;
  }

  /** The record has failed and is to be sent again, before those behind it under its key. */
  failed(index: number): void {
    this.#lane(index).state = 'ready';
    this.#waiting++;
    this.#waitingBytes += this.#bytesOf(index);
  }

  /** Never sends these records, nor those that follow them under their keys. */
  lose(indices: readonly number[]): void {
    for (const index of indices) this.#lane(index).state = 'lost';
    this.#count();
  }

  /** Sends nothing any more from this index on. */
  endAt(index: number): void {
    this.#end = Math.min(this.#end, index);
    this.#count();
  }

  /** Begins nothing new: sends only what is before the last record that was ever sent. */
  close(): void {
    this.endAt(this.#begun);
  }

  /** The indices of all records that have not arrived, ascending. */
  unplaced(): number[] {
    return [...this.#placed.keys()].filter((index) => this.#placed[index] === 0);
  }

  #lane(index: number): Lane {
    return this.#laneOf[index] as Lane;
  }

  #bytesOf(index: number): number {
    return (this.#records[index] as QueuedRecord).bytes;
  }

  #isThrough(index: number): boolean {
    return this.#placed[index] === 1 || this.#lane(index).state === 'lost';
  }

  #count(): void {
    this.#waiting = 0;
    this.#waitingBytes = 0;
    for (let i = this.#first; i < this.#end; i++) {
      const lane = this.#lane(i);
      const isInFlight = lane.state === 'sent' && lane.records[lane.at] === i;
      if (isInFlight || this.#isThrough(i)) continue;
      this.#waiting++;
      this.#waitingBytes += this.#bytesOf(i);
    }
  }
}

/** How many records wait in a lane, the one in flight not counted. */
function behind(lane: Lane): number {
  if (lane.state === 'lost') return 0;
  return lane.records.length - lane.at - (lane.state === 'sent' ? 1 : 0);
}
