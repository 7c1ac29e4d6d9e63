import type { ExecutionEvent } from 'local-aws/step-functions/run-state-machine.ts';
import { wrap } from '../core/terminal/wrap.ts';
import { type BatchState, describe } from './describe-state.ts';
import { createLiveLine } from './live-line.ts';

const INDENT = ' '.repeat(10);

/** Prints an execution as it goes; `end` when it is over. */
export interface Progress {
  onEvent(event: ExecutionEvent): void;
  end(): void;
}

/**
 * A line as a state is entered for the first time, with the seconds since the start, and a line with
 * its counts. On a terminal the last line shows what is under way: a Map's bar, and until when a rate
 * limit is waited for.
 */
export function createProgress(out: NodeJS.WriteStream = process.stdout): Progress {
  const start = performance.now();
  const enteredAt = new Map<string, number>();
  /** Waits under way: the item of a Map, or undefined, to when it ends. */
  const waits = new Map<number | undefined, { seconds: number; until: Date }>();
  let current: { state: string; since: number; note?: string | undefined } | undefined;
  let map: { total: number; done: number } | undefined;
  let announcedUntil = 0;
  let lastError = '';
  let isQuotaGone = false;

  const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
  const live = createLiveLine(out, () => {
    const wait = longestWait();
    if (map) {
      // Both fit beside each other in 80 columns.
      if (wait) return `    ${barOf(map, 10)} ${map.done} of ${map.total}, ${wait}`;
      return `${INDENT}${barOf(map, 20)} ${map.done} of ${map.total} albums, ${seconds(start)}`;
    }
    if (!current) return undefined;
    return INDENT + (wait ?? current.note ?? `${current.state} … ${seconds(current.since)}`);
  });
  const width = (out.columns ?? 120) - INDENT.length;
  const print = (text: string) =>
    live.print(
      wrap(text, width)
        .map((line) => INDENT + line)
        .join('\n'),
    );

  function longestWait(): string | undefined {
    const [longest] = [...waits.values()].sort((a, b) => Number(b.until) - Number(a.until));
    return longest && waitText(longest);
  }

  function onWait({ type, stateType, index, input }: ExecutionEvent) {
    if (stateType !== 'Wait') return;
    if (type !== 'entered') {
      waits.delete(index);
      return;
    }
    const { listing, fetched, crawl } = input as BatchState;
    if (index === undefined && crawl) return;
    const waitSeconds = (index === undefined ? listing : fetched)?.waitSeconds ?? 0;
    const until = new Date(Date.now() + waitSeconds * 1_000);
    waits.set(index, { seconds: waitSeconds, until });
    // Albums that are fetched at the same time wait for the same limit.
    if (Number(until) > announcedUntil + 1_000) print(waitText({ seconds: waitSeconds, until }));
    announcedUntil = Math.max(announcedUntil, Number(until));
  }

  /** An error as it is dealt with: only then it is clear whether it ends anything. */
  function onError({ type, state, index, error }: ExecutionEvent) {
    const where = index === undefined ? state : `album ${index + 1}: ${state}`;
    if (type === 'failed') lastError = error ?? 'failed';
    else if (lastError === 'QuotaExhausted') {
      if (!isQuotaGone) print('the quota is used up: the next run loads what is left');
      isQuotaGone = true;
    } else {
      print(`${where}: ${lastError}${type === 'retried' ? ', will be retried' : ''}`);
    }
  }

  function onItem({ type, state }: ExecutionEvent) {
    if (!map || type !== 'exited' || !/^Report(Loaded|Missing)Album$/.test(state)) return;
    map.done += 1;
    const quarter = Math.ceil(map.total / 4);
    if (!out.isTTY && (map.done % quarter === 0 || map.done === map.total)) {
      print(`${map.done} of ${map.total} albums`);
    }
  }

  function onState({ type, state, stateType, input, output }: ExecutionEvent) {
    if (type === 'entered') {
      const isFirst = !enteredAt.has(state);
      if (isFirst) enteredAt.set(state, performance.now());
      current = { state, since: performance.now() };
      if (isFirst && stateType !== 'Choice') live.print(`${seconds(start).padStart(8)}  ${state}`);
      const total = (input as BatchState).plan?.albums.length ?? 0;
      if (stateType === 'Map' && total > 0) map = { total, done: 0 };
      return;
    }
    if (stateType === 'Map') map = undefined;
    if (type !== 'exited') return;
    const described = describe(state, output as BatchState);
    if (described?.isDone) print(`${described.text} (${seconds(enteredAt.get(state) ?? start)})`);
    else if (current) current.note = described?.text;
  }

  return {
    onEvent(event) {
      onWait(event);
      if (['failed', 'retried', 'caught'].includes(event.type)) onError(event);
      if (event.index === undefined) onState(event);
      else onItem(event);
    },
    end: live.stop,
  };
}

function barOf({ done, total }: { done: number; total: number }, width: number): string {
  const filled = Math.floor((done / total) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function waitText({ seconds, until }: { seconds: number; until: Date }): string {
  return `waiting ${seconds} s for the rate limit, until ${until.toTimeString().slice(0, 8)}`;
}
