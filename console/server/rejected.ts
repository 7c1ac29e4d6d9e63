import { type RejectedLine, readRejected } from '../../core/sessions/read-rejected.ts';
import { REASONS } from '../../core/sessions/reasons.ts';
import { unpackRejected } from '../../core/sessions/rejected-lines.ts';
import { createAssembly } from '../../core/sessions/whole-events.ts';
import type { RejectedEventView, RejectedView } from '../model/api.ts';
import { locate } from '../model/locate.ts';
import type { Clients } from './clients.ts';
import type { Stage } from './stage.ts';

const SHOWN_EVENTS = 200;
const SHOWN_BYTES = 16 * 1024;
const BARS = 24;

/** The events rejected in the last hours: reasons over time, and the newest with their bytes. */
export async function rejectedOf(
  { s3 }: Clients,
  stage: Stage,
  hours: number,
): Promise<RejectedView> {
  const until = new Date(Date.now() + 1_000);
  const from = until.getTime() - hours * 3_600_000;
  const stepSeconds = (hours * 3_600) / BARS;
  const reasons = new Map<string, number[]>();
  const assembly = createAssembly();
  let newest: RejectedLine[][] = [];
  let total = 0;
  for await (const lines of readRejected(s3, stage.buckets.lake, new Date(from), until)) {
    for (const line of lines) {
      const whole = assembly.complete(line);
      if (whole.length === 0) continue;
      total++;
      const values = reasons.get(line.reason) ?? new Array<number>(BARS).fill(0);
      const step = Math.min(
        BARS - 1,
        Math.floor((line.rejectedAt.getTime() - from) / 1_000 / stepSeconds),
      );
      values[step] = (values[step] ?? 0) + 1;
      reasons.set(line.reason, values);
      newest.push(whole);
    }
    newest = newest.sort(byTime).slice(0, SHOWN_EVENTS);
  }
  return {
    total,
    from,
    stepSeconds,
    reasons: [...reasons]
      .map(([reason, values]) => ({
        reason,
        message: REASONS[reason as keyof typeof REASONS] ?? '',
        total: values.reduce((sum, n) => sum + n, 0),
        values,
      }))
      .sort((a, b) => b.total - a.total),
    events: newest.flatMap(viewOf),
  };
}

const byTime = ([a]: RejectedLine[], [b]: RejectedLine[]): number =>
  (b?.rejectedAt.getTime() ?? 0) - (a?.rejectedAt.getTime() ?? 0);

function viewOf(lines: RejectedLine[]): RejectedEventView[] {
  return unpackRejected(lines.map(({ text }) => text)).events.map((event) => {
    const { eventId, reason, field, detail, original } = event;
    const mark = locate(original, reason, field);
    return {
      eventId,
      reason,
      message: REASONS[reason] ?? '',
      ...(field !== undefined && { field }),
      ...(detail !== undefined && { detail }),
      shardId: event.shardId,
      sequenceNumber: event.sequenceNumber,
      partitionKey: event.partitionKey,
      arrivedAt: Date.parse(event.arrivedAt),
      rejectedAt: Date.parse(event.rejectedAt),
      bytes: original.subarray(0, SHOWN_BYTES).toString('base64'),
      size: original.length,
      ...(mark && { mark }),
    };
  });
}
