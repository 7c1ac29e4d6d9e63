import type { ExecutionEvent } from 'local-aws/step-functions/run-state-machine.ts';
import { canRedraw } from '../core/terminal/status-line.ts';
import { widthOf } from '../core/terminal/width.ts';
import { wrap } from '../core/terminal/wrap.ts';
import { type BatchState, describe } from './describe-state.ts';
import { createLiveLine } from './live-line.ts';

const INDENT = ' '.repeat(10);

type Fetched = NonNullable<BatchState['fetched']>;

/** Prints an execution as it goes; `end` when it is over. */
export interface Progress {
  onEvent(event: ExecutionEvent): void;
  end(): void;
}

/**
 * A line as a state is entered for the first time, with the seconds since the start, and a line with
 * its counts. On a terminal the last line shows what is under way: the albums' bar, and until when a rate
 * limit is waited for.
 */
export function createProgress(
  out: NodeJS.WriteStream = process.stdout,
  signal?: AbortSignal,
): Progress {
  const start = performance.now();
  const enteredAt = new Map<string, number>();
  let wait: { seconds: number; until: Date } | undefined;
  let current: { state: string; since: number; note?: string | undefined } | undefined;
  let albums: { total: number; done: number } | undefined;
  let lastError = '';

  const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
  const show = () => {
    const waiting = wait && waitText(wait, { isLeft: true });
    if (albums) {
      const { done, total } = albums;
      // Both fit beside each other in 80 columns.
      if (waiting) return `    ${barOf(albums, 10)} ${done} of ${total}, ${waiting}`;
      return `${INDENT}${barOf(albums, 20)} ${done} of ${total} albums, ${seconds(start)}`;
    }
    if (!current) return undefined;
    return INDENT + (waiting ?? current.note ?? `${current.state} … ${seconds(current.since)}`);
  };
  const live = createLiveLine(out, show, signal);
  const print = (text: string) =>
    live.print(
      wrap(text, (widthOf(out) ?? 120) - INDENT.length)
        .map((line) => INDENT + line)
        .join('\n'),
    );

  function onWait({ type, state, stateType, input }: ExecutionEvent) {
    if (stateType !== 'Wait') return;
    wait = undefined;
    const { token, listing, fetched } = input as BatchState;
    const of = {
      WaitForToken: token,
      WaitForRenewal: token,
      WaitForRateLimit: listing,
      WaitForAlbums: fetched,
    }[state];
    if (type !== 'entered' || !of) return;
    const waitSeconds = of.waitSeconds ?? 0;
    wait = { seconds: waitSeconds, until: new Date(Date.now() + waitSeconds * 1_000) };
    print(waitText(wait));
  }

  /** An error as it is dealt with: only then it is clear whether it ends anything. */
  function onError({ type, state, error }: ExecutionEvent) {
    if (type === 'failed') lastError = error ?? 'failed';
    else print(`${state}: ${lastError}${type === 'retried' ? ', will be retried' : ''}`);
  }

  /** What became of the albums of one call. */
  function onAlbums({ done = 0, planned = 0, reason, albums: of = [] }: Fetched) {
    albums = { done, total: planned };
    for (const album of of) if (album.reason) print(`album ${album.albumId}: ${album.reason}`);
    if (!canRedraw(out)) print(`${done} of ${planned} albums`);
    if (reason === 'QuotaExhausted') {
      print('the quota is used up: the next run loads what is left');
    }
  }

  function onState({ type, state, stateType, input, output }: ExecutionEvent) {
    if (type === 'entered') {
      const isFirst = !enteredAt.has(state);
      if (isFirst) enteredAt.set(state, performance.now());
      current = { state, since: performance.now() };
      if (isFirst && stateType !== 'Choice') live.print(`${seconds(start).padStart(8)}  ${state}`);
      const total = (input as BatchState).plan?.planned ?? 0;
      if (stateType === 'Map' && total > 0) albums ??= { total, done: 0 };
      if (state === 'SealRawBatch') albums = undefined;
      return;
    }
    if (type !== 'exited') return;
    const { fetched } = (output ?? {}) as BatchState;
    if (state === 'FetchAlbumTracks' && fetched) return onAlbums(fetched);
    const described = describe(state, (output ?? {}) as BatchState);
    if (described?.isDone) print(`${described.text} (${seconds(enteredAt.get(state) ?? start)})`);
    else if (current) current.note = described?.text;
  }

  return {
    onEvent(event) {
      onWait(event);
      if (['failed', 'retried', 'caught'].includes(event.type)) onError(event);
      onState(event);
    },
    end: live.stop,
  };
}

function barOf({ done, total }: { done: number; total: number }, width: number): string {
  const filled = Math.floor((done / total) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** The whole wait, or what is left of it. */
function waitText({ seconds, until }: { seconds: number; until: Date }, { isLeft = false } = {}) {
  const left = Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1_000));
  const end = until.toTimeString().slice(0, 8);
  return `waiting ${isLeft ? left : seconds} s for the rate limit, until ${end}`;
}
