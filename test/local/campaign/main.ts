// npm run test:campaign -- --events 1000000 --seed 1: a campaign of events through the local stage,
// with all faults at once. Prints the ledger and ends with 1 if anything is off.
import { Command } from 'commander';
import { wholeNumber } from '../../../core/terminal/options.ts';
import { renderTable } from '../../../core/terminal/table.ts';
import { type CampaignReport, runCampaign } from './campaign.ts';

const MEMORY_MB = 1_024;
/** The last quarter may take so much more than the third. */
const FLAT = 1.1;
const EVERY = 50_000;

const { events, seed } = new Command('npm run test:campaign --')
  .option('--events <count>', 'how many events to send', wholeNumber, 1_000_000)
  .option('--seed <number>', 'the same seed makes the same events', wholeNumber, 1)
  .parse()
  .opts<{ events: number; seed: number }>();

const report = await runCampaign({
  events,
  seed,
  onProgress(sent, memoryMb) {
    if (sent % EVERY === 0)
      console.log(`${sent.toLocaleString('en')} sent, ${memoryMb.toFixed(0)} MB`);
  },
});
print(report);

function print({ delivered, memoryMb, ...all }: CampaignReport): void {
  const [, , third = 0, fourth = 0] = memoryMb;
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
    ['memory at most', `${all.mostMemoryMb.toFixed(0)} MB`, all.mostMemoryMb < MEMORY_MB],
    ['memory by quarter', memoryMb.map((mb) => mb.toFixed(0)).join(' '), fourth <= FLAT * third],
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
