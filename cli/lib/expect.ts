import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { InvalidInput } from '../../core/errors.ts';
import { scopeOf } from '../../core/names.ts';
import { createOutcomeCheck, type OutcomeReport } from '../../core/simulation/check-outcome.ts';
import { readExpectedFile } from '../../core/simulation/expected-file.ts';
import { eventsOf } from './events-of.ts';
import { count, print } from './output.ts';
import { readStream } from './read-stream.ts';
import type { Start } from './shards.ts';

export interface ExpectOptions {
  readonly file: string;
  /** Without it, where the simulation began. */
  readonly start: Start | undefined;
  /** How long nothing new may come before the rest is called lost. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

/** Clocks here and there need not agree. */
const SKEW_MS = 1_000;

/**
 * Reads a stream until all has come that the file expects there, or nothing comes any more, and
 * prints the findings. Throws InvalidInput when the outcome is another one.
 */
export async function expectOutcome(
  kinesis: KinesisClient,
  streamName: string,
  { file, start, waitSeconds, signal }: ExpectOptions,
): Promise<void> {
  const { header, events } = await readExpectedFile(file);
  const check = createOutcomeCheck(events, scopeOf(streamName));
  const timestamp = new Date(Date.parse(header.started_at) - SKEW_MS);
  const done = new AbortController();
  let lastCame = performance.now();
  await readStream(kinesis, streamName, {
    start: start ?? { from: 'at-timestamp', timestamp },
    follow: true,
    signal: AbortSignal.any([signal, done.signal]),
    async onRecords(records) {
      lastCame = performance.now();
      for (const event of records.flatMap(eventsOf)) check.take(event);
    },
    onTip() {
      const waited = (performance.now() - lastCame) / 1_000;
      if (check.isComplete() || waited >= waitSeconds) done.abort();
    },
  });
  const report = check.report();
  await print(textOf(report, streamName));
  if (report.isMet) return;
  const kinds = KINDS.filter(([kind]) => kind !== 'duplicated' && report[kind].count > 0);
  throw new InvalidInput(
    `${file} expects another outcome: ${kinds.map(([kind]) => `${report[kind].count} ${kind}`).join(', ')}`,
  );
}

const KINDS = [
  ['duplicated', 'came again under the same event_id'],
  ['lost', 'did not come'],
  ['unexpected', 'were not expected'],
  ['wrong', 'added fields are wrong'],
  ['disordered', 'came behind a later event of their session'],
] as const;

function textOf(report: OutcomeReport, streamName: string): string {
  const lines = [
    `${report.arrived.toLocaleString('en')} of ${count(report.expected, 'event')} came in ${streamName}`,
  ];
  for (const [kind, meaning] of KINDS) {
    const { count: found, first } = report[kind];
    if (found === 0) continue;
    lines.push(
      `${found.toLocaleString('en')} ${meaning}:`,
      ...first.map((example) => `  ${example}`),
    );
    if (found > first.length)
      lines.push(`  and ${(found - first.length).toLocaleString('en')} more`);
  }
  return `${lines.join('\n')}\n`;
}
