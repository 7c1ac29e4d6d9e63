import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { monthOf, totalOf } from '../core/cost/month.ts';
import { NOT_VERIFIED, PRICES, PRICES_DATE } from '../core/cost/prices.ts';
import type { Template } from '../core/cost/template.ts';
import { InvalidInput } from '../core/errors.ts';
import { LOCAL_STAGE } from '../core/names.ts';
import { type GlobalOptions, wholeNumber } from '../core/terminal/options.ts';
import { renderTable } from '../core/terminal/table.ts';
import { widthOf } from '../core/terminal/width.ts';
import { packageService } from '../local/packaging.ts';
import { checkSettings } from '../resources/settings/check.ts';
import { print } from './lib/output.ts';

const root = resolve(import.meta.dirname, '..');

interface Options extends GlobalOptions {
  eventsPerDay: number;
  albumsPerDay: number;
  region?: string;
  param?: string[];
}

export function addCost(program: Command): void {
  program
    .command('cost')
    .description('Computes what a month of a stage costs, from the template that would be deployed')
    .option('--events-per-day <count>', 'session events, evenly over the day', wholeNumber, 0)
    .option('--albums-per-day <count>', 'new albums of a run a day; 0 for none', wholeNumber, 0)
    .option('--region <region>', `one of ${Object.keys(PRICES).join(', ')} (default: as deployed)`)
    .option(
      '--param <name=value>',
      'a setting, as for sls deploy; may be repeated',
      (param: string, all: string[] = []) => [...all, param],
    )
    .addHelpText(
      'after',
      `
Prices of ${PRICES_DATE}, without free allowances, taxes and data transfer. The stage is dev unless
--stage names another; it needs no account.

Examples:
  npx tributary cost --stage dev
  npx tributary cost --stage dev --param streaming=false --albums-per-day 100
  npx tributary cost --stage prod --albums-per-day 100 --events-per-day 1000000`,
    )
    .action((_, command: Command) => cost(command.optsWithGlobals<Options>()));
}

async function cost({ param: params = [], ...options }: Options): Promise<void> {
  // The stage local costs nothing.
  const stage = options.stage === LOCAL_STAGE ? 'dev' : options.stage;
  checkSettings({ stage, params });
  const folder = join(await packageService(root, { stage, params }), '.serverless');
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const template: Template = read('cloudformation-template-update-stack.json');
  const region = options.region ?? read('serverless-state.json').service.provider.region;
  const prices = PRICES[region];
  if (!prices) {
    const known = Object.keys(PRICES).join(', ');
    throw new InvalidInput(`No prices of ${region} here: --region takes one of ${known}`);
  }
  const lines = monthOf(template, options, prices);
  const rows = lines.map(({ what, arithmetic, usd }) => [
    what,
    NOT_VERIFIED[region]?.includes(what) ? `${arithmetic} (price not verified)` : arithmetic,
    usd.toFixed(2),
  ]);
  rows.push(['Sum', '', totalOf(lines).toFixed(2)]);
  const table = renderTable(['What', 'Arithmetic', 'USD'], rows, {
    width: widthOf(process.stdout),
  });
  await print(`${table}\nA month of ${stage} in ${region}, prices of ${PRICES_DATE}\n`);
}
