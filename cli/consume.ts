import { type Command, InvalidArgumentError, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { type ReadRecord, readStream } from '../core/kinesis/read-stream.ts';
import type { Start } from '../core/kinesis/shards.ts';
import { streamNameOf } from '../core/names.ts';
import {
  eventsOf,
  hasKey,
  ndjsonOf,
  type ReadEvent,
  sourceEventsOf,
  textOf,
} from '../core/sessions/events-of.ts';
import {
  fileName,
  type GlobalOptions,
  streamOption,
  TIME,
  time,
  wholeNumber,
} from '../core/terminal/options.ts';
import { connectKinesis } from './lib/connect-kinesis.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { namesOf } from './lib/stage-names.ts';

interface Options extends GlobalOptions {
  stream: string;
  from?: Start['from'];
  timestamp?: Date;
  sequenceNumber?: string[];
  shard?: string[];
  key?: string;
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
    .description('Prints the events of a stream, of all shards at once, with shard and position')
    .addOption(streamOption('the stream to read'))
    .addOption(
      new Option('--from <start>', 'where to start (default: "trim-horizon")').choices(FROM),
    )
    .addOption(new Option('--timestamp <time>', `for at-timestamp: ${TIME}`).argParser(time))
    .option(
      '--sequence-number <number>',
      'for after-sequence-number: the position of the last event read; once for each shard to read',
      (number: string, all: string[] = []) => [...all, number],
    )
    .option(
      '--shard <id>',
      'only this shard: shardId-000000000002, or 2; may be repeated',
      (text: string, all: string[] = []) => [...all, shardId(text)],
    )
    .option('--key <key>', 'only events of this session_id or partition key')
    .option('--follow', 'continue when all is read, until Ctrl-C')
    .addOption(
      new Option('--format <format>', 'tabs between shard, position and event, or JSON')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .option('--limit <count>', 'end after so many events', wholeNumber)
    .addOption(
      new Option(
        '--expect <file>',
        'print no events, but check the outcome that simulate wrote to this file',
      )
        .argParser(fileName)
        .conflicts(['limit', 'follow', 'shard', 'key']),
    )
    .option('--wait <seconds>', 'for --expect: an event is lost after so long', wholeNumber, 15)
    .addHelpText(
      'after',
      `
A shard that a split or merge made is read after its parents. Events that were joined in one record
are printed one by one: 4959…#3 is the third of its record. Without --follow it ends when every shard
is read to its tip.

--expect recomputes the sums and ends with 1 if an event is lost, unexpected, wrong or out of order
within its session; repeated deliveries are counted, and are no failure. It starts where the simulation
did, and ends when all events have arrived.

Examples:
  npx tributary consume --stream sessions-usa
  npx tributary consume --stream sessions --from latest --follow
  npx tributary consume --from at-timestamp --timestamp 15m --format ndjson`,
    )
    .action((_, command: Command) => consume(command.optsWithGlobals<Options>()));
}

async function consume(options: Options): Promise<void> {
  const start = startOf(options);
  const names = await namesOf(options);
  const stream = streamNameOf(options.stream, names);
  const kinesis = connectKinesis(options);
  const interrupt = stopOnInterrupt();
  const enough = new AbortController();
  const open = stream === names.sessionsStream ? sourceEventsOf : eventsOf;
  const format = options.format === 'ndjson' ? ndjsonOf : textOf;
  if (options.expect !== undefined) {
    const from = options.from === undefined ? undefined : start;
    const { expect: file, wait: waitSeconds } = options;
    const { expectOutcome } = await import('./lib/expect.ts');
    const expectation = { file, names, start: from, waitSeconds, signal: interrupt };
    return expectOutcome(kinesis, stream, expectation);
  }
  const { limit = Number.POSITIVE_INFINITY, key, shard: shards } = options;
  const wasRead = readBefore(options.sequenceNumber);
  const counts = { records: 0, events: 0 };

  async function onRecords(records: readonly ReadRecord[]): Promise<void> {
    const events = records
      .flatMap(open)
      .filter((event) => !wasRead(event) && (key === undefined || hasKey(event, key)))
      .slice(0, limit - counts.events);
    counts.events += events.length;
    counts.records += new Set(events.map(({ sequenceNumber }) => sequenceNumber)).size;
    if (counts.events >= limit) enough.abort();
    if (events.length > 0) await print(events.map(format).join(''));
  }

  const signal = AbortSignal.any([interrupt, enough.signal]);
  if (limit === 0) return;
  const shardsRead = await readStream(kinesis, stream, {
    start,
    ...(shards && { shards }),
    follow: options.follow ?? false,
    signal,
    onRecords,
  });
  kinesis.destroy();
  process.stderr.write(
    `${count(counts.events, 'event')} in ${count(counts.records, 'record')} of ${count(shardsRead, 'shard')}\n`,
  );
}

function shardId(text: string): string {
  if (/^\d{1,12}$/.test(text)) return `shardId-${text.padStart(12, '0')}`;
  if (/^shardId-\d+$/.test(text)) return text;
  throw new InvalidArgumentError('A shard is shardId-000000000002, or 2.');
}

function startOf({ from = 'trim-horizon', timestamp, sequenceNumber = [] }: Options): Start {
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
    // As `consume` prints it, also for an event in a record of several.
    if (/^\d+(#\d+)?$/.test(number)) return number;
    throw new InvalidInput(`--sequence-number ${number} is not a number`);
  });
  return { from, sequenceNumbers };
}

/** Whether an event is, or is in front of, the last one that was read of a record of several. */
function readBefore(positions: readonly string[] = []): (event: ReadEvent) => boolean {
  const read = new Map(
    positions.map((text): [string, number] => {
      const [sequenceNumber = '', part = 0] = text.split('#');
      return [sequenceNumber, Number(part)];
    }),
  );
  return ({ sequenceNumber, part }) => part > 0 && part <= (read.get(sequenceNumber) ?? 0);
}
