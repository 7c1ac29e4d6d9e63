import { collectGarbage } from '../collect-garbage.ts';
import { createEvents, dumpLikePython } from './events.ts';
import { enrichBatch, enrichByStringify, parseOnly, toLambdaRecords } from './ways.ts';

export interface Measured {
  readonly bytes: number;
  /** CPU seconds for one batch, by round; in each JSON.parse only, straightforward, tributary. */
  readonly rounds: readonly (readonly [number, number, number])[];
}

const WARM_UP = 20;
const PASSES = 8;

/**
 * Measures the three ways in turn, pass by pass, so that whatever disturbs one disturbs all, in CPU
 * time, because others use this machine as well. Prints `Measured`. Run it with --single-threaded:
 * without helper threads the garbage collector's work counts too, and one core is one core.
 */
const [batch, rounds, format] = process.argv.slice(2);
const dump = format === 'python' ? dumpLikePython : JSON.stringify;
const texts = createEvents(Number(batch), 20261121).map((event) => dump(event));
const records = toLambdaRecords(texts);
const ways = [
  () => parseOnly(texts),
  () => enrichByStringify(records).size,
  () => enrichBatch(records).size,
];

for (let i = 0; i < WARM_UP; i++) for (const way of ways) way();
const measured = {
  bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  rounds: Array.from({ length: Number(rounds) }, measureRound),
};
console.log(JSON.stringify(measured));

function measureRound(): number[] {
  const microseconds = ways.map(() => 0);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [i, way] of ways.entries()) {
      collectGarbage();
      const start = process.cpuUsage();
      way();
      const { user, system } = process.cpuUsage(start);
      microseconds[i] = (microseconds[i] as number) + user + system;
    }
  }
  return microseconds.map((sum) => sum / PASSES / 1e6);
}
