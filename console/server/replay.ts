import { createSender } from '../../core/kinesis/sender.ts';
import { readRejected } from '../../core/sessions/read-rejected.ts';
import { REASONS } from '../../core/sessions/reasons.ts';
import { chooseEvents } from '../../core/sessions/replay-choice.ts';
import { type ReplayLease, takeReplayLease } from '../../core/sessions/replay-lease.ts';
import { createReplayWriter, readReplayLog } from '../../core/sessions/replay-log.ts';
import { type ReplayedEvent, toEvents } from '../../core/sessions/whole-events.ts';
import type { ReplayView } from '../model/api.ts';
import type { Clients } from './clients.ts';
import { HttpError } from './errors.ts';
import type { Stage } from './stage.ts';

interface Wanted {
  readonly reason: string;
  readonly hours: number;
  readonly isDryRun: boolean;
}

/**
 * Replays the rejected events of one reason as `tributary replay` does: each once, written down in the
 * lake. A dry run counts them and sends nothing.
 */
export async function replay(clients: Clients, stage: Stage, wanted: Wanted): Promise<ReplayView> {
  if (!(wanted.reason in REASONS)) throw new HttpError(400, 'Replay needs one reason');
  if (wanted.isDryRun) return chooseAndSend(clients, stage, wanted);
  const lease = await takeReplayLease(clients.s3, stage.buckets.lake);
  return chooseAndSend(clients, stage, wanted, lease).finally(lease.end);
}

/** Without a lease it only counts. */
async function chooseAndSend(
  { s3, kinesis }: Clients,
  stage: Stage,
  { reason, hours, isDryRun }: Wanted,
  lease?: ReplayLease,
): Promise<ReplayView> {
  const startedAt = new Date();
  const since = new Date(startedAt.getTime() - hours * 3_600_000);
  const log = await readReplayLog(s3, stage.buckets.lake, since);
  const lines = readRejected(s3, stage.buckets.lake, since, startedAt);
  const choice = chooseEvents(lines, log, { reason, again: false });
  const view: ReplayView = { isDryRun, events: 0, bytes: 0, skipped: 0, failed: [] };
  const failed = new Map<string, number>();
  const add = (data: Uint8Array) => {
    view.events++;
    view.bytes += data.length;
  };
  const writer = createReplayWriter(s3, stage.buckets.lake, startedAt);
  const { source } = stage.streams;
  const sender = createSender<ReplayedEvent>(kinesis, source, ({ records, why, storedAt }) => {
    for (const event of records) {
      const position = storedAt.get(event);
      if (position === undefined) {
        failed.set(why, (failed.get(why) ?? 0) + 1);
        continue;
      }
      add(event.data);
      const { eventId: event_id, stream } = event;
      writer.add({ event_id, reason, stream }, { stream: source, ...position });
    }
  });
  if (lease) await writer.begin();
  for await (const group of choice.events) {
    const events = toEvents(group);
    if (!lease) for (const { data } of events) add(data);
    else {
      lease.check();
      await sender.add(events);
      await writer.flush();
    }
  }
  await sender.end();
  await writer.flush();
  for (const [why, n] of failed) view.failed.push(`${n} not sent: ${why}`);
  for (const id of choice.incomplete()) view.failed.push(`${id}: a part is missing`);
  return { ...view, skipped: choice.skipped() };
}
