import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { streamNameOf } from '../core/names.ts';
import {
  type GlobalOptions,
  streamOption,
  TIME,
  time,
  wholeNumber,
} from '../core/terminal/options.ts';
import { connectKinesis } from './lib/aws-clients.ts';
import { eventsOf, ndjsonOf, textOf } from './lib/events-of.ts';
import { expectOutcome } from './lib/expect.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { type ReadRecord, readStream } from './lib/read-stream.ts';
import type { Start } from './lib/shards.ts';

interface Options extends GlobalOptions {
  stream: string;
  from?: Start['from'];
  timestamp?: Date;
  sequenceNumber: string[];
  follow?: true;
  format: 'text' | 'ndjson';
  limit?: number;
  expect?: string;
  wait: number;
}

const FROM = ['trim-horizon', 'latest', 'at-timestamp', 'after-sequence-number'];

export function addConsume(program: Command): void {
  program
    .command('consume')
    .description('Prints the events of a stream, all shards at once, each with shard and position')
    .addOption(streamOption('the stream to read'))
    .addOption(
      new Option('--from <start>', 'where to begin (default: "trim-horizon")').choices(FROM),
    )
    .addOption(new Option('--timestamp <time>', `for at-timestamp: ${TIME}`).argParser(time))
    .option(
      '--sequence-number <number>',
      'for after-sequence-number: the position of the last event read; once for each shard to read',
      (number: string, all: string[]) => [...all, number],
      [],
    )
    .option('--follow', 'go on when all is read, until Ctrl-C')
    .addOption(
      new Option('--format <format>', 'tabs between shard, position and event, or JSON')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .option('--limit <count>', 'end after so many events', wholeNumber)
    .addOption(
      new Option(
        '--expect <file>',
        'print nothing, but check the outcome that simulate wrote down',
      ).conflicts(['limit', 'follow']),
    )
    .option('--wait <seconds>', 'for --expect: until what does not come is lost', wholeNumber, 15)
    .addHelpText(
      'after',
      `
A shard that came of a split or merge is read after its parents. Events that the routers joined in one
record come apart: 4959…#3 is the third of its record. Without --follow it ends when every shard is
read to its tip.

--expect recomputes the sums by itself and ends with 1 for what is lost, unexpected, wrong or out of
order within a session. It begins where the simulation did, and goes on until all has come.

Examples:
  tributary consume --stream sessions-usa
  tributary consume --stream sessions --from latest --follow
  tributary consume --stream sessions-usa --from at-timestamp --timestamp 15m --format ndjson | jq .event.city`,
    )
    .action((_, command: Command) => consume(command.optsWithGlobals<Options>()));
}

async function consume(options: Options): Promise<void> {
  const start = startOf(options);
  const stream = streamNameOf(options.stream, options.stage);
  const kinesis = connectKinesis(options.stage);
  const interrupt = stopOnInterrupt();
  const enough = new AbortController();
  const format = options.format === 'ndjson' ? ndjsonOf : textOf;
  if (options.expect !== undefined) {
    const from = options.from === undefined ? undefined : start;
    const { expect: file, wait: waitSeconds } = options;
    return expectOutcome(kinesis, stream, { file, start: from, waitSeconds, signal: interrupt });
  }
  const { limit = Number.POSITIVE_INFINITY } = options;
  const counts = { records: 0, events: 0 };

  async function onRecords(records: readonly ReadRecord[]): Promise<void> {
    const events = records.flatMap(eventsOf).slice(0, limit - counts.events);
    counts.events += events.length;
    counts.records += new Set(events.map(({ sequenceNumber }) => sequenceNumber)).size;
    if (counts.events >= limit) enough.abort();
    if (events.length > 0) await print(events.map(format).join(''));
  }

  const signal = AbortSignal.any([interrupt, enough.signal]);
  if (limit === 0) return;
  const shards = await readStream(kinesis, stream, {
    start,
    follow: options.follow ?? false,
    signal,
    onRecords,
  });
  kinesis.destroy();
  process.stderr.write(
    `${count(counts.events, 'event')} in ${count(counts.records, 'record')} of ${count(shards, 'shard')}\n`,
  );
}

function startOf({ from = 'trim-horizon', timestamp, sequenceNumber }: Options): Start {
  if ((timestamp !== undefined) !== (from === 'at-timestamp')) {
    throw new InvalidInput('--timestamp and --from at-timestamp go together');
  }
  if (sequenceNumber.length > 0 !== (from === 'after-sequence-number')) {
    throw new InvalidInput('--sequence-number and --from after-sequence-number go together');
  }
  if (timestamp !== undefined && timestamp > new Date()) {
    throw new InvalidInput('--timestamp is in the future');
  }
  if (from === 'at-timestamp') return { from, timestamp: timestamp as Date };
  if (from !== 'after-sequence-number') return { from };
  const sequenceNumbers = sequenceNumber.map((number) => {
    // As `consume` prints it for an event in a record of several.
    const [digits = ''] = /^\d+(?=#\d+$|$)/.exec(number) ?? [];
    if (digits === '') throw new InvalidInput(`--sequence-number ${number} is no number`);
    return digits;
  });
  return { from, sequenceNumbers };
}
