// All fault plans of a seed, for both kinds of app: npm run test:faults -- --seed 1 --plans 200
import { Command, Option } from 'commander';
import { readCatalog } from 'spotify-mock/catalog.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { wholeNumber } from '../../core/terminal/options.ts';
import { renderTable } from '../../core/terminal/table.ts';
import { type App, givenFaultStage, randomPlans } from './check-plan.ts';

const APPS: App[] = ['extended', 'development'];

const {
  seed,
  plans,
  app: apps,
  catalog: file,
} = new Command('npm run test:faults --')
  .option('--seed <number>', 'the first plan is of this seed', wholeNumber, 1)
  .option('--plans <count>', 'how many', wholeNumber, 200)
  .addOption(new Option('--app <kind...>', 'of one kind alone').choices(APPS).default(APPS, 'both'))
  .option('--catalog <file>', 'albums and tracks to serve instead of sixty made-up albums')
  .parse()
  .opts<{ seed: number; plans: number; app: App[]; catalog?: string }>();

const catalog = file ? readCatalog(file) : generateCatalog({ albums: 60, seed: 1 });
const totals = new Map<string, number>();
let failed = 0;
for (const app of apps) {
  const stage = await givenFaultStage(app, catalog);
  const rows = [...stage.expected].map(([table, all]) => `${table} ${all.length}`).join(', ');
  console.log(`${app} without faults: ${rows}`);
  for (let n = seed; n < seed + plans; n++) {
    const plan = randomPlans(n);
    const verdict = await stage.checkPlan(plan);
    const {
      status,
      failed: isFailed,
      loaded,
      missing,
      unlisted,
      faulted,
      nextTrackRequests,
      problems,
    } = verdict;
    const end = isFailed ? `${status}, execution failed` : status;
    totals.set(`${app} ${end}`, (totals.get(`${app} ${end}`) ?? 0) + 1);
    const kinds = [...(plan.spotify?.faults ?? []), ...(plan.aws?.faults ?? [])]
      .map(({ kind }) => kind)
      .join(' ');
    console.log(
      `${app} seed ${n}: ${end}, ${loaded} loaded, ${missing} missing, ${unlisted} unlisted, ` +
        `${faulted} faulted; next run ${nextTrackRequests} track requests [${kinds}]`,
    );
    for (const problem of problems) console.log(`  PROBLEM ${problem}`);
    if (problems.length > 0) {
      failed += 1;
      console.log(`  ${JSON.stringify(plan)}`);
    }
  }
  await stage.end();
}
console.log(renderTable(['app and status', 'plans'], [...totals].sort()));
console.log(`${apps.length * plans - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
