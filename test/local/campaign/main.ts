// npm run test:campaign -- --events 1000000 --seed 1: a campaign of events through the local stage,
// with all faults at once. Prints the ledger and ends with 1 if anything is off.
import { Command } from 'commander';
import { wholeNumber } from '../../../core/terminal/options.ts';
import { renderTable } from '../../../core/terminal/table.ts';
import { type CampaignReport, type Memory, runCampaign } from './campaign.ts';

const MEMORY_MB = 1_024;
/** By how much of its middle the line through the second half's samples may rise. */
const FLAT = 0.1;

const { events, seed } = new Command('npm run test:campaign --')
  .option('--events <count>', 'how many events to send', wholeNumber, 1_000_000)
  .option('--seed <number>', 'the same seed makes the same events', wholeNumber, 1)
  .parse()
  .opts<{ events: number; seed: number }>();

const report = await runCampaign({
  events,
  seed,
  onProgress(sent, { resident, live }) {
    const figures = `${resident.toFixed(0)} MB resident, ${live.toFixed(0)} MB live`;
    console.log(`${sent.toLocaleString('en')} sent, ${figures}`);
  },
});
print(report);

function print({ delivered, memory, ...all }: CampaignReport): void {
  const most = Math.max(...memory.map(({ resident }) => resident));
  const resident = riseOf(memory.map((each: Memory) => each.resident));
  const live = riseOf(memory.map((each: Memory) => each.live));
  const accounted = delivered.usa + delivered.international + all.rejected;
  const checks: [string, number | string, boolean][] = [
    ['sent', all.sent, true],
    ['delivered to usa', delivered.usa, true],
    ['delivered to international', delivered.international, true],
    ['rejected, with reason and bytes', all.rejected, true],
    ['accounted for', accounted, accounted === all.sent],
    ['lost', all.lost, all.lost === 0],
    ['unexplained', all.unexplained, all.unexplained === 0],
    ['out of order', all.outOfOrder, all.outOfOrder === 0],
    ['discarded batches', all.discarded, all.discarded === 0],
    ['delivered again (copies)', all.copies, true],
    ['environments that died', all.deaths, true],
    ['shards by a split and a merge', all.newShards, all.newShards === 3],
    ['memory at most', `${most.toFixed(0)} MB`, most < MEMORY_MB],
    ['its rise over the second half', percent(resident), resident <= FLAT],
    ['the same after garbage collections', percent(live), live <= FLAT],
    ['seconds', all.seconds.toFixed(0), true],
  ];
  console.log(
    renderTable(
      ['', '', ''],
      checks.map(([name, value, isMet]) => [
        name,
        typeof value === 'number' ? value.toLocaleString('en') : value,
        isMet ? '' : 'FAILED',
      ]),
    ),
  );
  process.exitCode = checks.every(([, , isMet]) => isMet) ? 0 : 1;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}

/** How far the line through the second half of the samples (least squares) rises, as a part of its middle. */
function riseOf(samples: readonly number[]): number {
  const half = samples.slice(samples.length >> 1);
  const mean = half.reduce((sum, each) => sum + each, 0) / half.length;
  const middle = (half.length - 1) / 2;
  const products = half.reduce((sum, each, i) => sum + (i - middle) * (each - mean), 0);
  const squares = half.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return ((products / squares) * (half.length - 1)) / mean;
}
