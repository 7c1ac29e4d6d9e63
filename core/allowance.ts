import { setTimeout as sleep } from 'node:timers/promises';
import { BudgetSpent, TimeSpent } from './errors.ts';

/** What a run has used so far. Counted before requests leave, so that no failure loses one. */
export interface Usage {
  /** Those of the lease included. */
  requests: number;
  tokenRequests: number;
  /** Of both: what a call may make without another write, and what is under way. */
  leased: number;
  /** Of both: what calls that were cut left of their leases. Nobody can say whether it was made. */
  unconfirmed: number;
  /** Pauses that the API asked for. Callers that pause at the same time count once. */
  waitedMs: number;
}

export const NOTHING_USED: Readonly<Usage> = {
  requests: 0,
  tokenRequests: 0,
  leased: 0,
  unconfirmed: 0,
  waitedMs: 0,
};

/** What a run may use in all: requests with retries and tokens, and seconds of waiting. */
export interface Limits {
  requests: number;
  waitSeconds: number;
}

type Kind = 'requests' | 'tokenRequests';

export interface Allowance {
  readonly usage: Readonly<Usage>;
  /** Waits out a pause that is under way; true where there was one. Throws the error of `end`. */
  ready(): Promise<boolean>;
  /**
   * Makes a request: waits out a pause, counts, stores the count where no lease is left, and calls `make`.
   * Throws BudgetSpent, TimeSpent near the deadline, or the error of `end`, and then does not call it. A
   * `make` that throws the error of `end` has made no request.
   */
  spend<T>(kind: Kind, make: () => Promise<T>): Promise<T>;
  /** Lets nobody call for `ms`; false where the run may not wait that long. */
  pause(ms: number): boolean;
  /** From now on no request is made: each caller gets this error, those included that wait for their turn. */
  end(error: Error): void;
  readonly ended: Error | undefined;
  /** Stores what is not stored yet, and gives back the lease. */
  save(): Promise<void>;
}

interface Options {
  /** Missing where nothing is stored yet. */
  used?: Usage;
  limits: Limits;
  store(usage: Usage): Promise<void>;
  /** Requests that one write covers; 1 where a call makes few. */
  lease?: number;
  /** No request is made after this time, in milliseconds of `clock`. */
  deadline?: number;
  clock?: () => number;
  sleepFor?: (ms: number) => Promise<unknown>;
}

/** The account of one function call. Calls of a run come one after another, each from where the last one stored. */
export function createAllowance(options: Options): Allowance {
  const { limits, store, lease = 1, deadline = Number.POSITIVE_INFINITY } = options;
  const { clock = Date.now, sleepFor = sleep } = options;
  const { used = NOTHING_USED } = options;
  const usage = { ...used, unconfirmed: used.unconfirmed + used.leased, leased: 0 };
  /** Requests of stored leases that nobody has begun. */
  let free = 0;
  let renewing: Promise<void> | undefined;
  let pausedUntil = 0;
  let ended: Error | undefined;
  // Roles of later functions may read it, and not look whether it is there: the first call stores it in any case.
  let stored = options.used && JSON.stringify(usage);
  let storing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;

  /** One write at a time: callers that come meanwhile share the next one. */
  function save(): Promise<void> {
    queued ??= storing
      .catch(() => {})
      .then(() => {
        queued = undefined;
        const text = JSON.stringify(usage);
        if (text === stored) return;
        stored = '';
        storing = store({ ...usage }).then(() => {
          stored = text;
        });
        return storing;
      });
    return queued;
  }

  async function ready(): Promise<boolean> {
    const isPaused = clock() < pausedUntil;
    while (!ended && clock() < pausedUntil) await sleepFor(pausedUntil - clock());
    if (ended) throw ended;
    return isPaused;
  }

  const left = () => limits.requests - usage.requests - usage.tokenRequests;

  function grant(kind: Kind, requests: number): void {
    usage[kind] += requests;
    usage.leased += requests;
  }

  /** Counts as many as `requests`; they may be made where that could be stored. */
  async function lend(kind: Kind, requests: number): Promise<number> {
    const granted = Math.min(requests, left());
    if (granted <= 0) {
      throw new BudgetSpent(`The ${limits.requests} requests of the run are used up`);
    }
    grant(kind, granted);
    try {
      await save();
    } catch (error) {
      grant(kind, -granted);
      throw error;
    }
    return granted;
  }

  /** Callers that come meanwhile share the next lease. */
  function renew(): Promise<void> {
    renewing ??= lend('requests', lease)
      .then((granted) => {
        free += granted;
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  async function count(kind: Kind): Promise<void> {
    if (kind === 'tokenRequests') return void (await lend(kind, 1));
    while (free === 0) await renew();
    free -= 1;
    // The write of the next lease is under way before this one ends, so that no request waits for it. One
    // that fails is tried again when it is needed.
    if (free < Math.floor(lease / 2) && left() > 0) renew().catch(() => {});
  }

  return {
    usage,
    ready,
    async save() {
      await renewing?.catch(() => {});
      grant('requests', -free);
      free = 0;
      await save();
    },
    async spend(kind, make) {
      await ready();
      if (clock() > deadline) throw new TimeSpent('The time of this call or of the run is used up');
      await count(kind);
      try {
        return await make();
      } catch (error) {
        if (error === ended) usage[kind] -= 1;
        throw error;
      } finally {
        usage.leased -= 1;
      }
    },
    pause(ms) {
      const now = clock();
      const until = Math.max(pausedUntil, now + ms);
      const more = until - Math.max(pausedUntil, now);
      if (usage.waitedMs + more > limits.waitSeconds * 1_000) return false;
      usage.waitedMs += Math.round(more);
      pausedUntil = until;
      return true;
    },
    end(error) {
      ended ??= error;
    },
    get ended() {
      return ended;
    },
  };
}
