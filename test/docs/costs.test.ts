import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { monthOf, totalOf } from '../../core/cost/month.ts';
import { PRICES, PRICES_DATE } from '../../core/cost/prices.ts';
import { SETTINGS } from '../../resources/settings/table.ts';
import { givenTemplate, PACKAGING_MS } from '../resources/fixtures.ts';

const read = (page: string) => readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
const operations = read('docs/operations.md');

/** What `tributary cost` prints as the sum. */
async function sumOf(command: string): Promise<number> {
  const { values } = parseArgs({
    args: command.split(' ').slice(3),
    options: {
      stage: { type: 'string', default: 'dev' },
      region: { type: 'string', default: 'us-east-1' },
      param: { type: 'string', multiple: true, default: [] },
      'events-per-day': { type: 'string', default: '0' },
      'albums-per-day': { type: 'string', default: '0' },
    },
  });
  const usage = {
    eventsPerDay: Number(values['events-per-day']),
    albumsPerDay: Number(values['albums-per-day']),
  };
  const prices = PRICES[values.region];
  if (!prices) throw new Error(`No prices of ${values.region}`);
  return totalOf(monthOf(await givenTemplate(values.stage, values.param), usage, prices));
}

const stated = [...operations.matchAll(/^\| `(npx tributary cost[^`]*)` \| ([\d.]+) \|$/gm)].map(
  ([, command = '', usd = '']) => [command, usd] as const,
);

it.each(stated)(
  'the operations page states the sum of %s: %s',
  async (command, usd) => {
    expect((await sumOf(command)).toFixed(2)).toBe(usd);
  },
  PACKAGING_MS,
);

it('the page has both stages, both halves and more than one region, and the date of the prices', () => {
  const commands = stated.map(([command]) => command).join('\n');
  for (const part of ['--stage prod', 'streaming=false', '--events-per-day', 'eu-central-1']) {
    expect(commands).toContain(part);
  }
  expect(operations).toContain(PRICES_DATE);
});

it(
  'the README states the same figures beside the deploy command',
  async () => {
    const readme = read('README.md');
    const idle = (await sumOf('npx tributary cost --stage dev')).toFixed(2);
    const prod = (await sumOf('npx tributary cost --stage prod')).toFixed(2);
    const batch = (await sumOf('npx tributary cost --param streaming=false')).toFixed(2);
    expect(readme).toContain(`An idle month of \`dev\` costs about $${idle}`);
    expect(readme).toContain(`\`--param streaming=false\`) $${batch}, of \`prod\` $${prod}`);
  },
  PACKAGING_MS,
);

it(
  'the stages cost what people expect of them',
  async () => {
    const limits: [string, number][] = [
      ['npx tributary cost', 55],
      ['npx tributary cost --param streaming=false', 2],
      ['npx tributary cost --param streaming=false --albums-per-day 100', 7],
      ['npx tributary cost --stage prod', 97.01],
    ];
    for (const [command, usd] of limits) {
      const sum = await sumOf(command);
      expect([command, sum <= usd]).toEqual([command, true]);
    }
  },
  PACKAGING_MS,
);

it(
  'the budget of prod is the month of prod with a run a day, rounded up',
  async () => {
    const month = await sumOf('npx tributary cost --stage prod --albums-per-day 100');
    expect(SETTINGS.monthlyBudgetUsd?.stages?.prod).toBe(Math.ceil(month));
    expect(SETTINGS.monthlyBudgetUsd?.default).toBe(0);
    expect(operations).toContain(`(\`monthlyBudgetUsd\`, ${Math.ceil(month)};`);
    const dev = await sumOf('npx tributary cost --albums-per-day 100');
    expect(operations).toContain(`"monthlyBudgetUsd=${Math.ceil(dev)}"`);
    expect(operations).toContain(`deploy \`dev\` with its figure, ${Math.ceil(dev)}.`);
  },
  PACKAGING_MS,
);
