import { setTimeout as sleep } from 'node:timers/promises';
import { BudgetSpent, TimeSpent } from './errors.ts';

/** What a run has used so far. Counted before requests leave, so that no failure loses one. */
export interface Usage {
  requests: number;
  tokenRequests: number;
  /** Requests that a call may make without another write. What a call that was cut leaves counts as made. */
  leased: number;
  /** Pauses that the API asked for. Callers that pause at the same time count once. */
  waitedMs: number;
}

/** What a run may use in all: requests with retries and tokens, and seconds of waiting. */
export interface Limits {
  requests: number;
  waitSeconds: number;
}

export interface Allowance {
  readonly usage: Readonly<Usage>;
  /** Waits out a pause that is under way; true where there was one. */
  ready(): Promise<boolean>;
  /**
   * To be awaited before each request: waits out a pause and counts; stores the count where no lease is
   * left. Throws BudgetSpent, or TimeSpent near the deadline; then the request must not be made.
   */
  spend(kind: 'requests' | 'tokenRequests'): Promise<void>;
  /** Lets nobody call for `ms`; false where the run may not wait that long. */
  pause(ms: number): boolean;
  /** Stores what is not stored yet, and gives back the lease. */
  save(): Promise<void>;
}

interface Options {
  used: Usage;
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
  const { used } = options;
  const usage = { ...used, requests: used.requests + used.leased, leased: 0 };
  let pausedUntil = 0;
  let stored = JSON.stringify(usage);
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
        storing = store({ ...usage }).then(() => {
          stored = text;
        });
        return storing;
      });
    return queued;
  }

  async function ready(): Promise<boolean> {
    if (clock() >= pausedUntil) return false;
    while (clock() < pausedUntil) await sleepFor(pausedUntil - clock());
    return true;
  }

  /** Counts one; it is not sent where that could not be stored. */
  async function count(kind: 'requests' | 'tokenRequests'): Promise<void> {
    const left = limits.requests - usage.requests - usage.tokenRequests - usage.leased;
    if (kind === 'requests' && usage.leased > 0) {
      usage.leased -= 1;
      usage.requests += 1;
      // The write that brought the lease may still be under way.
      return queued ?? storing;
    }
    if (left <= 0) throw new BudgetSpent(`The ${limits.requests} requests of the run are used up`);
    usage[kind] += 1;
    const more = kind === 'requests' ? Math.min(lease, left) - 1 : 0;
    usage.leased += more;
    try {
      await save();
    } catch (error) {
      usage[kind] -= 1;
      usage.leased = Math.max(0, usage.leased - more);
      throw error;
    }
  }

  return {
    usage,
    ready,
    async save() {
      usage.leased = 0;
      await save();
    },
    async spend(kind) {
      await ready();
      if (clock() > deadline) throw new TimeSpent('The time of this call or of the run is used up');
      await count(kind);
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
  };
}
