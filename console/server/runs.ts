import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { RunListed } from '../model/api.ts';
import type { HistoryEvent } from '../model/history-event.ts';
import { RunReducer } from '../model/run-reducer.ts';
import type { RunView } from '../model/run-view.ts';
import type { Clients } from './clients.ts';
import { HttpError } from './errors.ts';
import { historyAfter } from './history.ts';
import type { Stage } from './stage.ts';

/** An execution as far as it is read: its events, and what they came to. */
export interface WatchedRun {
  name: string;
  arn: string;
  events: HistoryEvent[];
  reducer: RunReducer;
}

const POLL_MS = 700;
/** Histories that are kept to be shown at once; the largest have 25,000 events. */
const KEPT = 8;

export class Runs {
  readonly #clients: Clients;
  readonly #stage: Stage;
  readonly #watched = new Map<string, WatchedRun>();
  readonly #waits: Map<string, string | number>;
  readonly #reading = new Map<string, Promise<WatchedRun>>();

  constructor(clients: Clients, stage: Stage) {
    this.#clients = clients;
    this.#stage = stage;
    this.#waits = new Map(
      stage.graph.nodes.flatMap(({ name, wait }) => (wait === undefined ? [] : [[name, wait]])),
    );
  }

  arnOf(name: string): string {
    if (!/^[\w.-]{1,80}$/.test(name)) throw new HttpError(400, 'No name of a run');
    return `${this.#stage.machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  async list(limit = 100): Promise<RunListed[]> {
    const { executions = [] } = await this.#clients.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: this.#stage.machineArn, maxResults: limit }),
    );
    return executions.map(({ name = '', status = '', startDate, stopDate }) => ({
      name,
      status,
      startedAt: startDate?.getTime() ?? 0,
      ...(stopDate && { stoppedAt: stopDate.getTime() }),
    }));
  }

  /** Reads the run that the page shows first, so that it is there when somebody opens the page. */
  async readNewest(): Promise<void> {
    const [newest] = await this.list(1);
    if (newest) await this.read(newest.name);
  }

  /** Reads what is new of a run; calls at the same time share one reading. */
  read(name: string): Promise<WatchedRun> {
    const reading =
      this.#reading.get(name) ?? this.#read(name).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #read(name: string): Promise<WatchedRun> {
    const arn = this.arnOf(name);
    const run = this.#watched.get(name) ?? {
      name,
      arn,
      events: [],
      reducer: new RunReducer(this.#waits),
    };
    this.#watched.delete(name);
    const isOver = run.reducer.view.stoppedAt !== undefined;
    if (!isOver) {
      const fresh = await historyAfter(this.#clients.sfn, arn, run.events.at(-1)?.id ?? 0);
      for (const event of fresh) {
        run.events.push(event);
        run.reducer.apply(event);
      }
    }
    this.#watched.set(name, run);
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > KEPT && oldest !== undefined) this.#watched.delete(oldest);
    return run;
  }

  /** Input and output of the whole, which the history has only in parts. */
  async describe(name: string) {
    const { input, output, error, cause, status } = await this.#clients.sfn.send(
      new DescribeExecutionCommand({ executionArn: this.arnOf(name) }),
    );
    return { input, output, error, cause, status };
  }

  async start(name: string): Promise<{ name: string }> {
    this.arnOf(name);
    await this.#clients.sfn.send(
      new StartExecutionCommand({ stateMachineArn: this.#stage.machineArn, name, input: '{}' }),
    );
    return { name };
  }

  async stop(name: string): Promise<void> {
    const cause = 'Stopped in the console';
    await this.#clients.sfn.send(
      new StopExecutionCommand({ executionArn: this.arnOf(name), cause }),
    );
  }

  /**
   * Tells of a run until it is over, each time with the whole view: a page that was asleep, or lost its
   * connection, has missed nothing. A thousand albums are 70 kB, and that over the loopback.
   */
  async *follow(name: string, signal: AbortSignal): AsyncGenerator<RunView> {
    for (let told = -1; !signal.aborted; await pause(POLL_MS, signal)) {
      const { events, reducer } = await this.read(name);
      if (events.length > told) yield reducer.view;
      told = events.length;
      if (reducer.view.stoppedAt !== undefined) return;
    }
  }
}

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
