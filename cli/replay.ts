import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { createSender } from '../core/kinesis/sender.ts';
import { LOCAL_STAGE, lakeBucketOf, streamNameOf } from '../core/names.ts';
import { REASONS } from '../core/sessions/reasons.ts';
import { type GlobalOptions, streamOption, TIME, time } from '../core/terminal/options.ts';
import { renderTable } from '../core/terminal/table.ts';
import { connectKinesis, connectS3 } from './lib/aws-clients.ts';
import { explain } from './lib/explain.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { type RejectedLine, readRejected } from './lib/rejected-lines.ts';
import { createTally } from './lib/send-summary.ts';
import { createAssembly, type ReplayedEvent, toEvents } from './lib/whole-events.ts';

interface Options extends GlobalOptions {
  reason?: string;
  since: Date;
  until?: Date;
  dryRun?: true;
  stream: string;
  bucket?: string;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('Sends events that were set aside to the source stream again, in their own bytes')
    .addOption(
      new Option('--reason <reason>', 'why they were set aside, or all').choices([
        ...Object.keys(REASONS),
        'all',
      ]),
    )
    .addOption(
      new Option('--since <time>', `set aside from then on: ${TIME}`)
        .argParser(time)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--until <time>', 'and before then (default: now)').argParser(time))
    .option('--dry-run', 'send nothing, count by reason')
    .addOption(streamOption('the stream to send to'))
    .option('--bucket <name>', 'the lake, if it is not the one of the stage')
    .addHelpText(
      'after',
      `
Prints the event id and the reason of each event that was sent. What is still wrong is set aside
again, with a new time: run it again for that alone with the --since that it tells at its end.

Examples:
  tributary replay --since 1d --dry-run
  tributary replay --reason invalid-quantity --since 2026-11-20T06:00 --until 2026-11-20T09:00`,
    )
    .action((_, command: Command) => replay(command.optsWithGlobals<Options>()));
}

async function replay(options: Options): Promise<void> {
  const { reason = 'all', since, dryRun = false } = options;
  if (options.reason === undefined && !dryRun) {
    throw new InvalidInput('Which events? Give a --reason, or all; --dry-run counts them');
  }
  const startedAt = new Date();
  const until = options.until ?? startedAt;
  if (since >= until) throw new InvalidInput('--since is not before --until');
  const stream = streamNameOf(options.stream, options.stage);
  const kinesis = connectKinesis(options.stage);
  const bucket = options.bucket ?? (await lakeOf(kinesis, options.stage, stream));
  const lines = readRejected(connectS3(options.stage), bucket, since, until);
  const chosen = filtered(lines, (line) => reason === 'all' || line.reason === reason);
  if (dryRun) await countByReason(chosen);
  else await sendAgain(kinesis, stream, chosen, startedAt);
}

/** In an account the lake's name ends with the account's id, which the stream's ARN has. */
async function lakeOf(kinesis: KinesisClient, stage: string, stream: string): Promise<string> {
  if (stage === LOCAL_STAGE) return lakeBucketOf(stage, '');
  const command = new DescribeStreamSummaryCommand({ StreamName: stream });
  const { StreamDescriptionSummary } = await kinesis.send(command);
  return lakeBucketOf(stage, StreamDescriptionSummary?.StreamARN?.split(':')[4] ?? '');
}

async function* filtered(
  groups: AsyncIterable<readonly RejectedLine[]>,
  isChosen: (line: RejectedLine) => boolean,
): AsyncGenerator<RejectedLine[]> {
  for await (const lines of groups) yield lines.filter(isChosen);
}

async function countByReason(groups: AsyncIterable<readonly RejectedLine[]>): Promise<void> {
  const assembly = createAssembly();
  const reasons = new Map<string, { events: number; bytes: number; first: Date; last: Date }>();
  for await (const lines of groups) {
    for (const line of lines) {
      const parts = assembly.complete(line);
      if (parts.length === 0) continue;
      const { reason, rejectedAt } = line;
      const known = reasons.get(reason) ?? {
        events: 0,
        bytes: 0,
        first: rejectedAt,
        last: rejectedAt,
      };
      known.events++;
      for (const { bytes } of parts) known.bytes += bytes;
      if (rejectedAt < known.first) known.first = rejectedAt;
      if (rejectedAt > known.last) known.last = rejectedAt;
      reasons.set(reason, known);
    }
  }
  const rows = [...reasons]
    .sort(([, a], [, b]) => b.events - a.events)
    .map(([reason, { events, bytes, first, last }]) => [
      reason,
      events,
      bytes,
      first.toISOString(),
      last.toISOString(),
    ]);
  if (rows.length > 0) {
    await print(`${renderTable(['reason', 'events', 'bytes', 'first', 'last'], rows)}\n`);
  }
  const events = rows.reduce((sum, [, n]) => sum + Number(n), 0);
  await print(`${count(events, 'event')} would be sent again\n`);
}

async function sendAgain(
  kinesis: KinesisClient,
  stream: string,
  groups: AsyncIterable<readonly RejectedLine[]>,
  startedAt: Date,
): Promise<void> {
  const assembly = createAssembly();
  const tally = createTally();
  const sender = createSender<ReplayedEvent>(kinesis, stream, ({ records, lost, why }) => {
    for (const [i, { data, eventId, reason }] of records.entries()) {
      if (lost.has(i)) {
        tally.refuse(why, eventId);
        continue;
      }
      tally.add(data.length);
      process.stdout.write(`${eventId}\t${reason}\n`);
    }
  });
  const interrupt = stopOnInterrupt();
  let failure: unknown;
  try {
    for await (const lines of groups) {
      await sender.add(toEvents(lines.flatMap(assembly.complete)));
      if (interrupt.aborted) break;
    }
    if (!interrupt.aborted) {
      for (const eventId of assembly.incomplete()) tally.refuse('a part is missing', eventId);
    }
  } catch (error) {
    failure = error;
  }
  await sender.end().catch((error) => {
    failure ??= error;
  });
  kinesis.destroy();
  process.stderr.write(
    `${count(tally.sent, 'event')} sent again to ${stream}; what is set aside again: --since ${startedAt.toISOString()}\n`,
  );
  if (failure !== undefined) throw new InvalidInput(explain(failure), { cause: failure });
  if (tally.unsent > 0) throw new InvalidInput(tally.complaint());
}
