import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { InvalidInput } from '../../core/errors.ts';
import { readStream } from '../../core/kinesis/read-stream.ts';
import type { Start } from '../../core/kinesis/shards.ts';
import { type StageNames, scopeOf } from '../../core/names.ts';
import { eventsOf } from '../../core/sessions/events-of.ts';
import { createOutcomeCheck, type OutcomeReport } from '../../core/simulation/check-outcome.ts';
import { readExpectedFile } from '../../core/simulation/expected-file.ts';
import { thousands } from '../../core/terminal/thousands.ts';
import { count, print } from './output.ts';

export interface ExpectOptions {
  readonly file: string;
  readonly names: StageNames;
  /** Without it, where the simulation began. */
  readonly start: Start | undefined;
  /** Seconds without a new event after which the missing ones are lost. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

/** Clocks of this machine and of Kinesis need not agree. */
const SKEW_MS = 1_000;

/**
 * Reads a stream until all events have arrived that the file expects there, or none arrives any more, and
 * prints the findings. Throws InvalidInput when the outcome is not the expected one.
 */
export async function expectOutcome(
  kinesis: KinesisClient,
  streamName: string,
  { file, names, start, waitSeconds, signal }: ExpectOptions,
): Promise<void> {
  const { header, events } = await readExpectedFile(file);
  const check = createOutcomeCheck(events, scopeOf(streamName, names));
  const timestamp = new Date(Date.parse(header.started_at) - SKEW_MS);
  const done = new AbortController();
  let lastArrival = performance.now();
  await readStream(kinesis, streamName, {
    start: start ?? { from: 'at-timestamp', timestamp },
    follow: true,
    signal: AbortSignal.any([signal, done.signal]),
    async onRecords(records) {
      lastArrival = performance.now();
      for (const event of records.flatMap(eventsOf)) check.take(event);
    },
    onTip() {
      const waited = (performance.now() - lastArrival) / 1_000;
      if (check.isComplete() || waited >= waitSeconds) done.abort();
    },
  });
  const report = check.report();
  await print(textOf(report, streamName));
  if (report.isMet) return;
  const kinds = KINDS.filter(([kind]) => kind !== 'repeated' && report[kind].count > 0);
  throw new InvalidInput(
    `The outcome is not the one in ${file}: ${kinds.map(([kind]) => `${report[kind].count} ${kind}`).join(', ')}`,
  );
}

const KINDS = [
  ['repeated', 'delivered more than once, which is no failure'],
  ['lost', 'lost'],
  ['unexpected', 'unexpected'],
  ['wrong', 'with wrong added fields'],
  ['disordered', 'behind a later event of their session'],
] as const;

function textOf(report: OutcomeReport, streamName: string): string {
  const lines = [
    `${thousands(report.arrived)} of ${count(report.expected, 'event')} arrived in ${streamName}`,
  ];
  for (const [kind, meaning] of KINDS) {
    const { count: found, first } = report[kind];
    if (found === 0) continue;
    lines.push(`${thousands(found)} ${meaning}:`, ...first.map((example) => `  ${example}`));
    if (found > first.length) lines.push(`  and ${thousands(found - first.length)} more`);
  }
  return `${lines.join('\n')}\n`;
}
