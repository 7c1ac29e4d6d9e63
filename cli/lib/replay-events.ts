import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { S3Client } from '@aws-sdk/client-s3';
import { InvalidInput } from '../../core/errors.ts';
import { createSender } from '../../core/kinesis/sender.ts';
import { eventIdOf } from '../../core/sessions/event-id.ts';
import type { ReplayChoice } from '../../core/sessions/replay-choice.ts';
import type { ReplayLease } from '../../core/sessions/replay-lease.ts';
import { createReplayWriter } from '../../core/sessions/replay-log.ts';
import { type ReplayedEvent, toEvents } from '../../core/sessions/whole-events.ts';
import { errorLine } from './error-line.ts';
import { count, stopOnInterrupt } from './output.ts';
import { skippedText } from './replay-counts.ts';
import { createSendSummary } from './send-summary.ts';

export interface ReplayTarget {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly stream: string;
  readonly startedAt: Date;
  readonly lease: ReplayLease;
}

/** Sends the chosen events, prints each, and writes down in the lake what was sent. */
export async function replayEvents(
  { kinesis, s3, bucket, stream, startedAt, lease }: ReplayTarget,
  { events, skipped, incomplete }: ReplayChoice,
): Promise<void> {
  const summary = createSendSummary();
  const writer = createReplayWriter(s3, bucket, startedAt);
  const sender = createSender<ReplayedEvent>(
    kinesis,
    stream,
    ({ records, lost, why, storedAt }) => {
      for (const [i, event] of records.entries()) {
        const { data, eventId, reason } = event;
        const position = storedAt.get(event);
        if (lost.has(i) || position === undefined) {
          summary.addUnsent(why, eventId);
          continue;
        }
        const { shardId, sequenceNumber } = position;
        summary.addSent(data.length);
        writer.add({ event_id: eventId, reason, stream: event.stream }, { stream, ...position });
        process.stdout.write(`${eventId}\t${reason}\t${eventIdOf(shardId, sequenceNumber)}\n`);
      }
    },
  );
  const interrupt = stopOnInterrupt();
  let hasBegun = false;
  let failure: unknown;
  try {
    for await (const lines of events) {
      const chosen = toEvents(lines);
      if (chosen.length > 0 && !hasBegun) await writer.begin();
      hasBegun ||= chosen.length > 0;
      lease.check();
      await sender.add(chosen);
      await writer.flush();
      if (interrupt.aborted) break;
    }
    if (!interrupt.aborted) {
      for (const eventId of incomplete()) summary.addUnsent('a part is missing', eventId);
    }
  } catch (error) {
    failure = error;
  }
  for (const end of [sender.end, writer.flush]) {
    await end().catch((error) => {
      failure ??= error;
    });
  }
  process.stderr.write(
    `${count(summary.sent, 'event')} replayed to ${stream}${skippedText(skipped())}\n`,
  );
  if (failure !== undefined) throw new InvalidInput(errorLine(failure), { cause: failure });
  if (summary.unsent > 0) throw new InvalidInput(summary.unsentText());
}
