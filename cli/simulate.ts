import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { createSender } from '../core/kinesis/sender.ts';
import { sendableStreamOf } from '../core/names.ts';
import { isAccepted } from '../core/simulation/expected-event.ts';
import { createExpectedFile } from '../core/simulation/expected-file.ts';
import { generateEvents, type SimulatedEvent } from '../core/simulation/generate-events.ts';
import {
  fileName,
  type GlobalOptions,
  percent,
  positiveNumber,
  streamOption,
  wholeNumber,
} from '../core/terminal/options.ts';
import { thousands } from '../core/terminal/thousands.ts';
import { connectKinesis } from './lib/connect-kinesis.ts';
import { errorLine } from './lib/error-line.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { createProgress } from './lib/progress.ts';
import { createSendSummary } from './lib/send-summary.ts';
import { sizeOf } from './lib/size.ts';
import { namesOf } from './lib/stage-names.ts';

interface Options extends GlobalOptions {
  stream: string;
  rate?: number;
  duration?: number;
  count?: number;
  seed: number;
  duplicates: number;
  malformed: number;
  noCountry: number;
  hotKey: number;
  expectOut?: string;
}

function share(name: string, description: string): Option {
  const option = new Option(`--${name} <percent>`, description).argParser(percent).default(0, '0');
  // Commander would read --no-country as the opposite of --country.
  option.negate = false;
  return option;
}

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('Sends generated session events, and records the expected outcome of each')
    .addOption(streamOption('the stream to send to'))
    .option(
      '--rate <number>',
      'events a second (default: as many as the stream takes)',
      positiveNumber,
    )
    .option('--duration <seconds>', 'how long, at that rate', positiveNumber)
    .option('--count <number>', 'how many events in all, copies included', wholeNumber)
    .option('--seed <number>', 'the same seed generates the same events', wholeNumber, 1)
    .addOption(share('duplicates', 'share of events that are sent twice'))
    .addOption(share('malformed', 'share of events with something wrong'))
    .addOption(share('no-country', 'share of events without a country'))
    .addOption(share('hot-key', 'share of events that belong to one single session'))
    .option(
      '--expect-out <file>',
      'write the expected outcome to a file, for consume --expect',
      fileName,
    )
    .addHelpText(
      'after',
      `
The file has a line of JSON about the simulation and one for each event that was sent: its session, a
digest of its bytes, and either the segment with the three sums or the reason to be rejected. Ctrl-C
ends the simulation; the file then holds what was sent until then.

Examples:
  npx tributary simulate --rate 100 --duration 60 --seed 7
  npx tributary simulate --count 2000 --malformed 1 --expect-out expected.ndjson
  npx tributary consume --stream sessions-usa --expect expected.ndjson`,
    )
    .action((_, command: Command) => simulate(command.optsWithGlobals<Options>()));
}

async function simulate(options: Options): Promise<void> {
  const { rate = Number.POSITIVE_INFINITY, seed } = options;
  const total = totalOf(options);
  if (options.malformed + options.noCountry > 100) {
    throw new InvalidInput('--malformed and --no-country are more than all events');
  }
  const stream = sendableStreamOf(options.stream, await namesOf(options));
  const kinesis = connectKinesis(options);
  const startedAt = new Date().toISOString();
  const expected =
    options.expectOut === undefined
      ? undefined
      : createExpectedFile(options.expectOut, { stream, seed, started_at: startedAt });
  const progress = createProgress(total);
  const summary = createSendSummary();
  const outcomes = new Map<string, number>();
  const start = performance.now();

  const sender = createSender<SimulatedEvent>(kinesis, stream, ({ records, lost, why }) => {
    const sent = records.filter((_, i) => !lost.has(i));
    for (const _ of lost) summary.addUnsent(why);
    for (const { data, expected: outcome, isCopy } of sent) {
      summary.addSent(data.length);
      const names = [isAccepted(outcome) ? outcome.segment : `rejected: ${outcome.reason}`];
      if (isCopy) names.push('copies');
      for (const name of names) outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    }
    expected?.write(sent.map((event) => event.expected));
    progress.update(summary.sent, summary.sent);
  });

  const interrupt = stopOnInterrupt();
  let failure: unknown;
  try {
    await sendPaced(generateEvents({ ...options, count: total }), rate, sender.add, interrupt);
    await sender.end();
  } catch (error) {
    failure = error;
  } finally {
    progress.stop();
    expected?.close();
    kinesis.destroy();
  }
  const seconds = (performance.now() - start) / 1_000;
  const achieved = thousands(Math.round(summary.sent / seconds));
  await print(
    `${count(summary.sent, 'event')} sent to ${stream} (${sizeOf(summary.bytes)}, ${seconds.toFixed(1)} s, ${achieved}/s)\n` +
      [...outcomes]
        .sort()
        .map(([name, n]) => `  ${thousands(n).padStart(9)}  ${name}\n`)
        .join(''),
  );
  const unsent = summary.unsentText(total);
  if (failure !== undefined) {
    const line = errorLine(failure);
    throw new InvalidInput(summary.sent > 0 ? `${line}; ${unsent}` : line, { cause: failure });
  }
  if (summary.unsent > 0) throw new InvalidInput(unsent);
  // After Ctrl-C.
  if (summary.sent < total) process.stderr.write(`${unsent}\n`);
}

function totalOf({ rate, duration, count: events }: Options): number {
  if (duration !== undefined && rate === undefined) {
    throw new InvalidInput('--duration needs a --rate');
  }
  const inTime = Math.round((rate ?? 0) * (duration ?? Number.POSITIVE_INFINITY));
  const total = Math.min(events ?? Number.POSITIVE_INFINITY, inTime);
  if (events === undefined && duration === undefined) {
    throw new InvalidInput('How many events? Give --rate and --duration, or --count');
  }
  return rate === undefined ? (events as number) : total;
}

/** Adds events when they are due, those of a twentieth of a second at once; if late, all at once. */
async function sendPaced<T>(
  events: Iterable<T>,
  rate: number,
  add: (events: readonly T[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const MOST = 2_000;
  const start = performance.now();
  let taken = 0;
  let due: T[] = [];
  for (const event of events) {
    due.push(event);
    taken++;
    const wait = start + (taken / rate) * 1_000 - performance.now();
    if (wait < 50 && due.length < MOST) continue;
    await add(due);
    due = [];
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
  await add(due);
}
