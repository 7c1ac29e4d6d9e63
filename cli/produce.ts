import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { packAggregates } from '../core/kinesis/pack-aggregates.ts';
import type { KeyedRecord } from '../core/kinesis/records.ts';
import { PUT_RECORDS } from '../core/kinesis/send-queue.ts';
import { createSender, TOO_LARGE } from '../core/kinesis/sender.ts';
import { sendableStreamOf } from '../core/names.ts';
import {
  fileName,
  type GlobalOptions,
  streamOption,
  wholeNumber,
} from '../core/terminal/options.ts';
import { connectKinesis } from './lib/connect-kinesis.ts';
import { errorLine } from './lib/error-line.ts';
import { openInput, readEventLines } from './lib/event-input.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { createProgress } from './lib/progress.ts';
import { createSendSummary } from './lib/send-summary.ts';
import { sizeOf } from './lib/size.ts';
import { namesOf } from './lib/stage-names.ts';
import { toRecord, toRecordUnchecked } from './lib/to-record.ts';

interface Options extends GlobalOptions {
  stream: string;
  json?: string;
  file?: string;
  fromLine: number;
  unchecked?: true;
  aggregate?: true;
}

type Numbered = KeyedRecord & { readonly line: number };
/** A record, with the events that it holds. */
type Sent = KeyedRecord & { readonly inside: readonly Numbered[] };

export function addProduce(program: Command): void {
  program
    .command('produce')
    .description('Sends events to a stream, each under its session_id, byte for byte as given')
    .addOption(streamOption('the stream to send to'))
    .addOption(new Option('--json <event>', 'one event').conflicts('file'))
    .option(
      '--file <file>',
      'events, one a line, or gzip of it; - or nothing is standard input',
      fileName,
    )
    .option('--from-line <number>', 'skip the lines before it', wholeNumber, 1)
    .option('--aggregate', 'pack many events into a record, as the Kinesis Producer Library does')
    .option('--unchecked', 'also send lines that are no JSON or have no session_id')
    .addHelpText(
      'after',
      `
Prints how many events were sent, and how many were not and why; ends with 1 if any was not. Ctrl-C
(or SIGTERM) sends what was read, and says the line to continue from.

Examples:
  npx tributary produce \\
    --json '{"session_id":"a1","country":"USA","browsing_history":[]}'
  npx tributary produce --stage dev --stream sessions --file events.ndjson.gz
  npx tributary produce --file events.ndjson --from-line 20001`,
    )
    .action((_, command: Command) => produce(command.optsWithGlobals<Options>()));
}

async function produce(options: Options): Promise<void> {
  if (options.json !== undefined && !options.unchecked) checkJson(options.json);
  const input = openInput(options);
  const stream = sendableStreamOf(options.stream, await namesOf(options));
  const kinesis = connectKinesis(options);
  const progress = createProgress(input.size);
  const summary = createSendSummary();
  const start = performance.now();
  let bytesRead = 0;
  /** The first line that was not read, or was read and not sent. */
  let nextLine = options.fromLine;
  let firstLost = Number.POSITIVE_INFINITY;
  const sender = createSender<Sent>(kinesis, stream, ({ records, lost, why }) => {
    for (const [i, { inside }] of records.entries()) {
      for (const { data, line } of inside) {
        if (lost.has(i)) {
          summary.addUnsent(why, `line ${line}`);
          firstLost = Math.min(firstLost, line);
        } else summary.addSent(data.length);
      }
    }
    progress.update(bytesRead, summary.sent);
  });

  const make = options.unchecked ? toRecordUnchecked : toRecord;
  const interrupt = stopOnInterrupt();
  // A terminal or a pipe may be silent for long.
  interrupt.addEventListener('abort', () => input.bytes.destroy());
  let failure: unknown;
  try {
    const groups = readEventLines(input, PUT_RECORDS.recordBytes, (bytes) => {
      bytesRead += bytes;
    });
    for await (const lines of groups) {
      const records: Numbered[] = [];
      for (const { number, data } of lines) {
        if (number < options.fromLine) continue;
        nextLine = number + 1;
        const record = data === undefined ? { unsendable: TOO_LARGE } : make(data);
        if ('unsendable' in record) summary.addUnsent(record.unsendable, `line ${number}`);
        else records.push({ ...record, line: number });
      }
      const single = () => records.map((record) => ({ ...record, inside: [record] }));
      await sender.add(options.aggregate ? packAggregates(records) : single());
    }
  } catch (error) {
    if (!interrupt.aborted) failure = error;
  }
  await sender.end().catch((error) => {
    failure = error;
  });
  progress.stop();
  kinesis.destroy();

  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  if (failure === undefined || summary.sent > 0) {
    await print(
      `${count(summary.sent, 'event')} sent to ${stream} (${sizeOf(summary.bytes)}, ${seconds} s)\n`,
    );
  }
  const isAlone = summary.sent + summary.unsent <= 1;
  if (options.json === undefined && (interrupt.aborted || (failure !== undefined && !isAlone))) {
    const line = Math.min(nextLine, firstLost);
    process.stderr.write(`Continue with --from-line ${line}\n`);
  }
  if (failure !== undefined) {
    const unsent = summary.unsent > 0 ? `; ${summary.unsentText()}` : '';
    const several = isAlone ? '' : `${unsent}; later lines were not read`;
    const counts = summary.sent + summary.unsent === 0 ? '; no event was sent' : several;
    throw new InvalidInput(`${errorLine(failure)}${counts}`, { cause: failure });
  }
  if (summary.unsent > 0) throw new InvalidInput(summary.unsentText());
}

/** The option is named, not a line number. */
function checkJson(json: string): void {
  const record = toRecord(Buffer.from(json));
  if (!('unsendable' in record)) return;
  const { unsendable, detail } = record;
  throw new InvalidInput(`--json: ${unsendable}${detail === undefined ? '' : `: ${detail}`}`);
}
