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

/** What became of an album so far: stored with so many tracks, or missing for a reason. */
export type AlbumView = { tracks: number } | { reason: string };

export interface RunView {
  status: string;
  startedAt: number;
  stoppedAt?: number;
  error?: string;
  cause?: string;
  states: Record<string, StateView>;
  /** By album id, as the calls of the Map report them. */
  albums: Record<string, AlbumView>;
  /** Items of the Map that a call works on. */
  runningItems: number[];
  /** The Wait state that holds the run up, and until when. */
  wait?: { state: string; from: number; until: number };
  /** Counts that the states handed on so far. */
  counts: Record<string, number>;
  /** What the manifest came to, as soon as it is sealed. */
  outcome?: string;
  requests: number;
  /** State transitions so far, which is what Step Functions bills. */
  transitions: number;
  events: number;
  /** `from>to` of catches that were taken. */
  caught: string[];
}
