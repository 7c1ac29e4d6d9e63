import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvents } from './events.ts';
import type { Measured } from './rounds.ts';
import { toLambdaRecords } from './ways.ts';

/**
 * Enrichment of one Lambda batch on one core (decode, validate, aggregate, splice, route) beside the
 * floor (JSON.parse of the same texts and nothing else) and the straightforward way (parse, spread,
 * stringify). Each figure is the median of five rounds; ratios are taken within a round.
 */
const BATCH = 10_000;
const ROUNDS = 5;
const GOAL_OF_FLOOR = 0.65;
const GOAL_MB = 256;
const WAYS = ['JSON.parse only', 'straightforward', 'tributary'];
const FORMATS = [
  ['compact', 'compact JSON'],
  ['python', 'JSON with spaces and \\u escapes'],
] as const;

console.log(
  `Node ${process.version}, one core, batch of ${BATCH} events, median of ${ROUNDS} rounds\n`,
);
print('', 'events/s', 'MB/s', 'of the floor', 'times straightforward');
for (const [format, title] of FORMATS) {
  const measured = runScript('rounds.ts', [`${BATCH}`, `${ROUNDS}`, format], ['--single-threaded']);
  report(title, measured as Measured);
}
reportMemory();

function report(title: string, { bytes, rounds }: Measured): void {
  console.log(`${title}, ${Math.round(bytes / BATCH)} bytes an event`);
  for (const [way, name] of WAYS.entries()) {
    const seconds = median(rounds.map((round) => round[way] as number));
    const ratioTo = (other: number): number =>
      median(rounds.map((round) => (round[other] as number) / (round[way] as number)));
    const rate = Math.round(BATCH / seconds).toLocaleString('en');
    const speed = (bytes / seconds / 1e6).toFixed(0);
    print(`  ${name}`, rate, speed, ratioTo(0).toFixed(2), ratioTo(1).toFixed(2));
    if (way === 2) {
      const isReached = ratioTo(0) >= GOAL_OF_FLOOR && ratioTo(1) > 1;
      printGoal(isReached, `${GOAL_OF_FLOOR} of the floor, faster than straightforward`);
    }
  }
}

function reportMemory(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sessions-'));
  try {
    const file = join(folder, 'event.json');
    const texts = createEvents(BATCH, 20261121).map((event) => JSON.stringify(event));
    writeFileSync(file, JSON.stringify({ Records: toLambdaRecords(texts) }));
    const result = runScript('batch-memory.ts', [file]) as { events: number; peakMb: number };
    if (result.events !== BATCH) throw new Error(`${result.events} events instead of ${BATCH}`);
    console.log(`peak memory of a process with this one batch: ${result.peakMb.toFixed(0)} MB`);
    printGoal(result.peakMb < GOAL_MB, `less than ${GOAL_MB} MB`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runScript(name: string, args: readonly string[], flags: readonly string[] = []): unknown {
  const script = join(import.meta.dirname, name);
  const output = execFileSync(process.execPath, [...flags, script, ...args], { encoding: 'utf8' });
  return JSON.parse(output);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

function print(name: string, ...figures: string[]): void {
  const widths = [12, 8, 14, 23];
  console.log(name.padEnd(20) + figures.map((text, i) => text.padStart(widths[i] ?? 0)).join(''));
}

function printGoal(isReached: boolean, goal: string): void {
  console.log(`  goal ${isReached ? 'reached' : 'MISSED'}: ${goal}\n`);
}
