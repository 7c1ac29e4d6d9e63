export type Lit = 'running' | 'succeeded' | 'retried' | 'failed';

/** A state of the graph, lit: what it did so far, in all iterations together. */
export interface StateView {
  lit: Lit;
  visits: number;
  running: number;
  failed: number;
  retries: number;
  /** Milliseconds that it was entered for the last time, and that all its finished visits took. */
  enteredAt: number;
  took: number;
  error?: string;
}

/** An album of the Map. `missing` has a reason. */
export interface Tile {
  index: number;
  albumId: string;
  is: 'waiting' | 'running' | 'retrying' | 'loaded' | 'missing';
  reason?: string;
}

export interface RunView {
  status: string;
  startedAt: number;
  stoppedAt?: number;
  error?: string;
  cause?: string;
  states: Record<string, StateView>;
  tiles: Tile[];
  /** The Wait state that holds the run up, and until when. */
  wait?: { state: string; from: number; until: number };
  /** Counts that the states handed on so far. */
  counts: Record<string, number>;
  /** What the manifest came to, as soon as it is sealed. */
  outcome?: string;
  requests: number;
  waitedSeconds: number;
  /** State transitions so far, which is what Step Functions bills. */
  transitions: number;
  events: number;
  /** `from>to` of catches that were taken. */
  caught: string[];
}
