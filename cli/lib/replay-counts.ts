import type { ReplayChoice } from '../../core/sessions/replay-choice.ts';
import { renderTable } from '../../core/terminal/table.ts';
import { thousands } from '../../core/terminal/thousands.ts';
import { widthOf } from '../../core/terminal/width.ts';
import { count, print } from './output.ts';

interface Counts {
  events: number;
  bytes: number;
  first: Date;
  last: Date;
}

/** Prints how many events a replay would send, by reason. */
export async function printReplayCounts({ events, skipped }: ReplayChoice): Promise<void> {
  const reasons = new Map<string, Counts>();
  for await (const lines of events) {
    for (const { reason, rejectedAt, part, bytes } of lines) {
      const none = { events: 0, bytes: 0, first: rejectedAt, last: rejectedAt };
      const counts = reasons.get(reason) ?? none;
      reasons.set(reason, counts);
      if (part === 1) counts.events++;
      counts.bytes += bytes;
      if (rejectedAt < counts.first) counts.first = rejectedAt;
      if (rejectedAt > counts.last) counts.last = rejectedAt;
    }
  }
  const sorted = [...reasons].sort(([, a], [, b]) => b.events - a.events);
  if (sorted.length > 0) {
    const rows = sorted.map(([reason, { events: n, bytes, first, last }]) => [
      ...[reason, n, bytes],
      ...[first, last].map((time) => time.toISOString().slice(0, 19).replace('T', ' ')),
    ]);
    const width = widthOf(process.stdout);
    const table = renderTable(['reason', 'events', 'bytes', 'first', 'last'], rows, { width });
    await print(`${table}\n`);
  }
  const total = sorted.reduce((sum, [, { events: n }]) => sum + n, 0);
  await print(`${count(total, 'event')} would be replayed${skippedText(skipped())}\n`);
}

export const skippedText = (skipped: number): string =>
  skipped === 0 ? '' : `; ${thousands(skipped)} skipped, replayed before (--again)`;
