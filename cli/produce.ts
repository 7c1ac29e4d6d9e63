import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import type { KeyedRecord } from '../core/kinesis/records.ts';
import { createSender } from '../core/kinesis/sender.ts';
import { streamNameOf } from '../core/names.ts';
import { readLines } from '../core/terminal/lines.ts';
import { type GlobalOptions, streamOption } from '../core/terminal/options.ts';
import { connectKinesis } from './lib/aws-clients.ts';
import { explain } from './lib/explain.ts';
import { MAX_RECORD_BYTES, TOO_LARGE, toRecord, toRecordUnchecked } from './lib/keyed-event.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { createProgress } from './lib/progress.ts';
import { createTally } from './lib/send-summary.ts';
import { sizeOf } from './lib/size.ts';

interface Options extends GlobalOptions {
  stream: string;
  json?: string;
  file?: string;
  unchecked?: true;
}

interface Input {
  chunks: Readable;
  /** In bytes, where it is known. */
  size?: number;
}

type Numbered = KeyedRecord & { readonly line: number };

export function addProduce(program: Command): void {
  program
    .command('produce')
    .description('Sends events to a stream, each under its session_id, byte for byte as they come')
    .addOption(streamOption('the stream to send to'))
    .addOption(new Option('--json <event>', 'one event').conflicts('file'))
    .option('--file <file>', 'events, one a line; - or nothing is standard input')
    .option('--unchecked', 'send lines too that are no JSON or have no session_id')
    .addHelpText(
      'after',
      `
Says how many events went, and how many did not and why; ends with 1 if any did not.

Examples:
  tributary produce --json '{"session_id":"a1","country":"USA","browsing_history":[]}'
  tributary produce --stage dev --stream sessions --file events.ndjson
  zcat events.ndjson.gz | tributary produce`,
    )
    .action((_, command: Command) => produce(command.optsWithGlobals<Options>()));
}

async function produce(options: Options): Promise<void> {
  if (options.json !== undefined && !options.unchecked) checkJson(options.json);
  const input = inputOf(options);
  const stream = streamNameOf(options.stream, options.stage);
  const kinesis = connectKinesis(options.stage);
  const progress = createProgress(input.size);
  const tally = createTally();
  const start = performance.now();
  let bytesRead = 0;
  const sender = createSender<Numbered>(kinesis, stream, ({ records, lost, why }) => {
    for (const [i, { data, line }] of records.entries()) {
      if (lost.has(i)) tally.refuse(why, `line ${line}`);
      else tally.add(data.length);
    }
    progress.update(bytesRead, tally.sent);
  });

  const make = options.unchecked ? toRecordUnchecked : toRecord;
  const interrupt = stopOnInterrupt();
  // A terminal or a pipe may have nothing to say for long.
  interrupt.addEventListener('abort', () => input.chunks.destroy());
  let failure: unknown;
  try {
    for await (const lines of readLines(input.chunks, MAX_RECORD_BYTES)) {
      const records: Numbered[] = [];
      for (const { number, data, bytes } of lines) {
        bytesRead += bytes;
        const record = data === undefined ? { unsendable: TOO_LARGE } : make(data);
        if ('unsendable' in record) tally.refuse(record.unsendable, `line ${number}`);
        else records.push({ ...record, line: number });
      }
      await sender.add(records);
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
  if (failure === undefined || tally.sent > 0) {
    await print(
      `${count(tally.sent, 'event')} sent to ${stream} (${sizeOf(tally.bytes)}, ${seconds} s)\n`,
    );
  }
  if (failure !== undefined) {
    const isAlone = tally.sent + tally.unsent <= 1;
    const counts = isAlone ? '' : `; ${tally.complaint()}; what came behind was not read`;
    throw new InvalidInput(`${explain(failure)}${counts}`, { cause: failure });
  }
  if (tally.unsent > 0) throw new InvalidInput(tally.complaint());
}

/** The user sees what they typed named, not a line number. */
function checkJson(json: string): void {
  const record = toRecord(Buffer.from(json));
  if (!('unsendable' in record)) return;
  const { unsendable, detail } = record;
  throw new InvalidInput(`--json: ${unsendable}${detail === undefined ? '' : `: ${detail}`}`);
}

function inputOf({ json, file }: Options): Input {
  if (json !== undefined) return { chunks: Readable.from([Buffer.from(json)]) };
  if (file !== undefined && file !== '-') {
    try {
      const stat = statSync(file);
      if (stat.isDirectory()) throw new InvalidInput(`--file ${file} is a folder`);
      return { chunks: createReadStream(file), ...(stat.isFile() && { size: stat.size }) };
    } catch (cause) {
      if (cause instanceof InvalidInput) throw cause;
      throw new InvalidInput(`--file ${file} cannot be read: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
  if (process.stdin.isTTY && file === undefined) {
    throw new InvalidInput('Nothing to send: give --json, --file, or events on standard input');
  }
  return { chunks: process.stdin };
}
