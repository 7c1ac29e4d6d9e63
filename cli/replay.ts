import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { sendableStreamOf } from '../core/names.ts';
import { readRejected } from '../core/sessions/read-rejected.ts';
import { REASONS } from '../core/sessions/reasons.ts';
import { chooseEvents } from '../core/sessions/replay-choice.ts';
import { takeReplayLease } from '../core/sessions/replay-lease.ts';
import { readReplayLog } from '../core/sessions/replay-log.ts';
import { type GlobalOptions, streamOption, TIME, time } from '../core/terminal/options.ts';
import { connectKinesis } from './lib/connect-kinesis.ts';
import { connectS3 } from './lib/connect-s3.ts';
import { lakeBucket } from './lib/lake-bucket.ts';
import { printReplayCounts } from './lib/replay-counts.ts';
import { replayEvents } from './lib/replay-events.ts';
import { namesOf } from './lib/stage-names.ts';

interface Options extends GlobalOptions {
  reason?: string;
  since: Date;
  until?: Date;
  again?: true;
  dryRun?: true;
  stream: string;
  bucket?: string;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('Sends rejected events to the source stream again, in their original bytes')
    .addOption(
      new Option('--reason <reason>', 'why they were rejected, or all').choices([
        ...Object.keys(REASONS),
        'all',
      ]),
    )
    .addOption(
      new Option('--since <time>', `rejected from then on: ${TIME}`)
        .argParser(time)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--until <time>', 'and before then (default: now)').argParser(time))
    .option('--again', 'also events that were replayed before')
    .option('--dry-run', 'send nothing, count by reason')
    .addOption(streamOption('the stream to send to'))
    .option('--bucket <name>', 'the lake, if it is not the one of the stage')
    .addHelpText(
      'after',
      `
Prints event id, reason and the event id of the copy, for each event that was sent. An event is
replayed once: the lake remembers it (table replayed_sessions), and a copy that is rejected again is
the same event. --again replays it once more. A replay that is killed may have sent up to 5,000 events
that it does not remember; Ctrl-C ends it in order.

Examples:
  npx tributary replay --since 1d --dry-run
  npx tributary replay --reason invalid-quantity --since 2d --until 1d`,
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
  if (since > startedAt) throw new InvalidInput('--since is in the future');
  if (since >= until) throw new InvalidInput('--since is not before --until');
  const stream = sendableStreamOf(options.stream, await namesOf(options));
  const kinesis = connectKinesis(options);
  const bucket = await lakeBucket(options, stream);
  const s3 = connectS3(options);
  const lease = dryRun ? undefined : await takeReplayLease(s3, bucket);
  try {
    const log = await readReplayLog(s3, bucket, since);
    const rejected = readRejected(s3, bucket, since, until);
    const choice = chooseEvents(rejected, log, { reason, again: options.again ?? false });
    if (lease) await replayEvents({ kinesis, s3, bucket, stream, startedAt, lease }, choice);
    else await printReplayCounts(choice);
  } finally {
    await lease?.end();
    kinesis.destroy();
    s3.destroy();
  }
}
