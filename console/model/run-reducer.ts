import { createItemFinder, type HistoryEvent, parsed } from './history-event.ts';
import type { RunView, StateView, Tile } from './run-view.ts';

interface Visit {
  state: string;
  enteredAt: number;
  attempts: number;
  error?: string;
  failed: boolean;
}

type Json = Record<string, unknown>;

/** Reduces the history, event by event, to what the page shows. */
export class RunReducer {
  readonly view: RunView = {
    status: 'RUNNING',
    startedAt: 0,
    states: {},
    tiles: [],
    counts: {},
    requests: 0,
    waitedSeconds: 0,
    transitions: 0,
    events: 0,
    caught: [],
  };
  readonly #itemOf = createItemFinder();
  readonly #visits = new Map<number | undefined, Visit>();
  readonly #itemRequests = new Map<number, number>();
  #left: Visit | undefined;

  get albumRequests(): number {
    return [...this.#itemRequests.values()].reduce((sum, n) => sum + n, 0);
  }

  apply(event: HistoryEvent): void {
    this.view.events++;
    const item = this.#itemOf(event);
    const { type } = event;
    if (type.endsWith('StateEntered')) this.#enter(event, item);
    else if (type.endsWith('StateExited')) this.#exit(event, item);
    else if (/^(LambdaFunction|Task|Activity)Scheduled$/.test(type)) this.#attempt(item);
    else if (
      /^(LambdaFunction|Task|Activity)(Failed|TimedOut|ScheduleFailed|StartFailed)$/.test(type)
    ) {
      this.#fail(event, item);
    } else if (/^(LambdaFunction|Task|Activity)Succeeded$/.test(type)) {
      const visit = this.#visits.get(item);
      if (visit) visit.failed = false;
    } else if (type === 'MapStateStarted') this.#openTiles(event.length ?? 0);
    else if (type.startsWith('MapIteration')) this.#iterate(event);
    else if (type.startsWith('Execution')) this.#execution(event);
  }

  #execution({ type, at, error, cause }: HistoryEvent): void {
    const { view } = this;
    if (type === 'ExecutionStarted') {
      view.startedAt = at;
      return;
    }
    view.status =
      { Succeeded: 'SUCCEEDED', Failed: 'FAILED', Aborted: 'ABORTED', TimedOut: 'TIMED_OUT' }[
        type.slice('Execution'.length)
      ] ?? view.status;
    view.stoppedAt = at;
    delete view.wait;
    if (error !== undefined) view.error = error;
    if (cause !== undefined) view.cause = cause;
    for (const state of Object.values(view.states).filter(({ running }) => running > 0)) {
      state.running = 0;
      state.lit = 'failed';
    }
  }

  #state(name: string, at: number): StateView {
    const fresh = {
      lit: 'running',
      visits: 0,
      running: 0,
      failed: 0,
      retries: 0,
      enteredAt: at,
      took: 0,
    };
    this.view.states[name] ??= fresh as StateView;
    return this.view.states[name] as StateView;
  }

  #enter({ name = '', at, type, input }: HistoryEvent, item: number | undefined): void {
    const state = this.#state(name, at);
    state.visits++;
    state.running++;
    state.enteredAt = at;
    state.lit = 'running';
    this.view.transitions++;
    const before = item === undefined ? this.#left : undefined;
    const from = before ?? this.#visits.get(item);
    if (from?.failed) {
      const edge = `${from.state}>${name}`;
      if (!this.view.caught.includes(edge)) this.view.caught.push(edge);
    }
    this.#visits.set(item, { state: name, enteredAt: at, attempts: 0, failed: false });
    const value = parsed(input) as Json | undefined;
    if (item !== undefined) this.#nameTile(item, value);
    if (type === 'WaitStateEntered' && item === undefined) this.#wait(name, at, value);
  }

  /** The definition says which field holds the seconds; every Wait of ours reads a `waitSeconds`. */
  #wait(state: string, at: number, input: Json | undefined): void {
    const seconds = Object.values(input ?? {})
      .map((value) => (value as Json | null)?.waitSeconds)
      .filter((value) => typeof value === 'number')
      .at(-1);
    if (seconds !== undefined) this.view.wait = { state, from: at, until: at + seconds * 1_000 };
  }

  #exit({ name = '', at, output }: HistoryEvent, item: number | undefined): void {
    const state = this.#state(name, at);
    const visit = this.#visits.get(item);
    state.running = Math.max(0, state.running - 1);
    state.took += at - (visit?.enteredAt ?? at);
    if (visit?.failed) {
      state.failed++;
      if (visit.error !== undefined) state.error = visit.error;
    }
    state.lit =
      state.running > 0
        ? 'running'
        : state.failed > 0
          ? 'failed'
          : state.retries > 0
            ? 'retried'
            : 'succeeded';
    if (this.view.wait?.state === name) delete this.view.wait;
    const value = parsed(output) as Json | undefined;
    if (item === undefined) {
      this.#left = visit;
      if (value) this.#count(value);
    } else if (value) this.#finishTile(item, value);
  }

  #attempt(item: number | undefined): void {
    const visit = this.#visits.get(item);
    if (!visit) return;
    visit.attempts++;
    if (visit.attempts === 1) return;
    this.#state(visit.state, visit.enteredAt).retries++;
    this.#tile(item, { is: 'retrying' });
  }

  #fail({ error }: HistoryEvent, item: number | undefined): void {
    const visit = this.#visits.get(item);
    if (!visit) return;
    visit.failed = true;
    if (error === undefined) return;
    visit.error = error;
    this.#tile(item, { reason: error });
  }

  #openTiles(length: number): void {
    for (let index = 0; index < length; index++) {
      this.view.tiles[index] = { index, albumId: '', is: 'waiting' };
    }
  }

  #tile(index: number | undefined, change: Partial<Tile>): void {
    const tile = index === undefined ? undefined : this.view.tiles[index];
    if (tile) Object.assign(tile, change);
  }

  #iterate({ type, index = -1, error }: HistoryEvent): void {
    const tile = this.view.tiles[index];
    if (type === 'MapIterationStarted') this.#tile(index, { is: 'running' });
    else if (type === 'MapIterationFailed' || type === 'MapIterationAborted') {
      const reason =
        error ?? tile?.reason ?? (type === 'MapIterationAborted' ? 'Aborted' : 'Failed');
      this.#tile(index, { is: 'missing', reason });
    } else if (tile && tile.is !== 'missing') {
      this.#tile(index, { is: 'loaded' });
      delete tile.reason;
    }
  }

  #nameTile(item: number, input: Json | undefined): void {
    const tile = this.view.tiles[item];
    if (tile && tile.albumId === '' && typeof input?.albumId === 'string') {
      this.#tile(item, { albumId: input.albumId });
    }
  }

  #finishTile(item: number, output: Json): void {
    const requests = (output.requests ?? (output.fetched as Json | undefined)?.requests) as unknown;
    if (typeof requests === 'number') this.#itemRequests.set(item, requests);
    this.view.requests = (this.view.counts.listingRequests ?? 0) + this.albumRequests;
    if (typeof output.reason === 'string' && typeof output.albumId === 'string') {
      this.#tile(item, { is: 'missing', reason: output.reason });
    }
  }

  /** What the states of the machine hand on: the listing, the plan and the sealed batch. */
  #count({ listing, plan, batch }: Json): void {
    const { view } = this;
    const numbers = (value: unknown) =>
      Object.entries((value ?? {}) as Json).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number',
      );
    for (const [name, value] of numbers(listing)) {
      if (name === 'requests') view.counts.listingRequests = value;
      else if (name === 'waitedSeconds') view.waitedSeconds = value;
      else if (name !== 'waitSeconds') view.counts[name] = value;
    }
    for (const [name, value] of numbers(plan))
      if (name !== 'concurrency') view.counts[name] = value;
    const sealed = batch as { status?: string; counts?: Json } | undefined;
    for (const [name, value] of numbers(sealed?.counts)) view.counts[name] = value;
    if (sealed?.status) view.outcome = sealed.status;
    view.requests = view.counts.requests ?? (view.counts.listingRequests ?? 0) + this.albumRequests;
  }
}
