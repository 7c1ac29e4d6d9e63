import { SingleBar } from 'cli-progress';
import { canRedraw } from '../../core/terminal/status-line.ts';
import { thousands } from '../../core/terminal/thousands.ts';

export interface Progress {
  /** `done` in the units of the total, `events` as they are counted. */
  update(done: number, events: number): void;
  stop(): void;
}

/** A bar on standard error, and only on a terminal; without a total it counts. */
export function createProgress(total?: number): Progress {
  const { stderr } = process;
  if (!canRedraw(stderr)) return { update: () => {}, stop: () => {} };
  const format =
    total === undefined
      ? '{events} events'
      : '{bar} {percentage}% | {events} events | {eta_formatted}';
  const bar = new SingleBar({
    format,
    stream: stderr,
    hideCursor: true,
    clearOnComplete: true,
    formatValue: (value, _, type) => (type === 'value' ? thousands(value) : `${value}`),
  });
  bar.start(total ?? 0, 0, { events: 0 });
  return {
    update: (done, events) => bar.update(done, { events: thousands(events) }),
    stop: () => bar.stop(),
  };
}
