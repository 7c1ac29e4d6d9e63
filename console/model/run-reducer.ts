import { createItemFinder, type HistoryEvent, parsed } from './history-event.ts';
import type { AlbumView, RunView, StateView } from './run-view.ts';

interface Visit {
  state: string;
  enteredAt: number;
  attempts: number;
  error?: string;
  failed: boolean;
}

type Json = Record<string, unknown>;

const ENDS: Record<string, string> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionAborted: 'ABORTED',
  ExecutionTimedOut: 'TIMED_OUT',
};

/** Reduces the history, event by event, to what the page shows. */
export class RunReducer {
  readonly view: RunView = {
    status: 'RUNNING',
    startedAt: 0,
    states: {},
    albums: {},
    runningItems: [],
    counts: {},
    requests: 0,
    transitions: 0,
    events: 0,
    caught: [],
  };
  readonly #itemOf = createItemFinder();
  readonly #visits = new Map<number | undefined, Visit>();
  readonly #waits: ReadonlyMap<string, string | number>;

  /** `waits`: of each Wait state its seconds, or the path to them in its input. */
  constructor(waits: ReadonlyMap<string, string | number> = new Map()) {
    this.#waits = waits;
  }

  apply(event: HistoryEvent): void {
    this.view.events++;
    const item = this.#itemOf(event);
    const { type } = event;
    if (type.endsWith('StateEntered')) this.#enter(event, item);
    else if (type.endsWith('StateExited')) this.#exit(event, item);
    else if (type === 'ExecutionStarted') this.view.startedAt = event.at;
    else if (type in ENDS) this.#end(event);
    else {
      const [, what] = /^(?:LambdaFunction|Task|Activity)(.+)$/.exec(type) ?? [];
      if (what === 'Scheduled') this.#attempt(item);
      else if (what === 'Succeeded') this.#visit(item, { failed: false });
      else if (what && /Failed|TimedOut/.test(what)) this.#fail(event, item);
    }
  }

  #end({ type, at, error, cause }: HistoryEvent): void {
    const { view } = this;
    view.status = ENDS[type] as string;
    view.stoppedAt = at;
    view.runningItems = [];
    delete view.wait;
    if (error !== undefined) view.error = error;
    if (cause !== undefined) view.cause = cause;
    for (const state of Object.values(view.states).filter(({ running }) => running > 0)) {
      state.running = 0;
      state.lit = 'failed';
    }
  }

  #state(name: string, at: number): StateView {
    this.view.states[name] ??= {
      lit: 'running',
      visits: 0,
      running: 0,
      failed: 0,
      retries: 0,
      enteredAt: at,
      took: 0,
    };
    return this.view.states[name];
  }

  #visit(item: number | undefined, change: Partial<Visit>): Visit | undefined {
    const visit = this.#visits.get(item);
    return visit && Object.assign(visit, change);
  }

  #enter({ name = '', at, type, input }: HistoryEvent, item: number | undefined): void {
    const state = this.#state(name, at);
    state.visits++;
    state.running++;
    if (type === 'TaskStateEntered' && item !== undefined) this.view.runningItems.push(item);
    state.enteredAt = at;
    state.lit = 'running';
    this.view.transitions++;
    const from = this.#visits.get(item);
    const edge = `${from?.state}>${name}`;
    if (from?.failed && !this.view.caught.includes(edge)) this.view.caught.push(edge);
    this.#visits.set(item, { state: name, enteredAt: at, attempts: 0, failed: false });
    if (type !== 'WaitStateEntered') return;
    const seconds = this.#secondsOf(name, parsed(input));
    if (seconds !== undefined) {
      this.view.wait = { state: name, from: at, until: at + seconds * 1_000 };
    }
  }

  #secondsOf(state: string, input: unknown): number | undefined {
    const wait = this.#waits.get(state);
    const path = typeof wait === 'string' ? wait.split('.').slice(1) : [];
    const value =
      typeof wait === 'number' ? wait : path.reduce((each, key) => (each as Json)?.[key], input);
    return typeof value === 'number' ? value : undefined;
  }

  #exit({ name = '', at, output, type }: HistoryEvent, item: number | undefined): void {
    const state = this.#state(name, at);
    if (type === 'TaskStateExited') {
      this.view.runningItems = this.view.runningItems.filter((each) => each !== item);
    }
    const visit = this.#visits.get(item);
    state.running = Math.max(0, state.running - 1);
    state.took += at - (visit?.enteredAt ?? at);
    if (visit?.failed) {
      state.failed++;
      if (visit.error !== undefined) state.error = visit.error;
    }
    state.lit = litOf(state);
    if (this.view.wait?.state === name) delete this.view.wait;
    const value = parsed(output);
    if (value && typeof value === 'object') this.#count(value as Json);
  }

  #attempt(item: number | undefined): void {
    const visit = this.#visits.get(item);
    if (!visit) return;
    visit.attempts++;
    if (visit.attempts > 1) this.#state(visit.state, visit.enteredAt).retries++;
  }

  #fail({ error }: HistoryEvent, item: number | undefined): void {
    this.#visit(item, { failed: true, ...(error !== undefined && { error }) });
  }

  /** What the states hand on: the listing, the plan, the albums of a call and the sealed batch. */
  #count({ listing, plan, fetched, batch }: Json): void {
    const { view } = this;
    Object.assign(view.counts, numbersOf(listing), numbersOf(plan), numbersOf(fetched));
    for (const album of listOf((fetched as Json | undefined)?.albums)) {
      const { albumId, ...rest } = album as { albumId: string } & AlbumView;
      view.albums[albumId] = rest;
    }
    const sealed = batch as { status?: string; counts?: Json } | undefined;
    Object.assign(view.counts, numbersOf(sealed?.counts));
    if (sealed?.status) view.outcome = sealed.status;
    view.requests = view.counts.requests ?? 0;
  }
}

const litOf = ({ running, failed, retries }: StateView): StateView['lit'] =>
  running > 0 ? 'running' : failed > 0 ? 'failed' : retries > 0 ? 'retried' : 'succeeded';

const numbersOf = (value: unknown): Record<string, number> =>
  Object.fromEntries(
    Object.entries((value ?? {}) as Json).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
