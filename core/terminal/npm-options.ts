import type { Command } from 'commander';
import { shellQuote } from './shell-quote.ts';

/**
 * Ends the command where npm took its options: `npm start --keep`, without the `--` before them, sets
 * npm_config_keep and passes nothing on.
 */
export function rejectOptionsOfNpm(
  command: Command,
  script: string,
  { env = process.env, args = process.argv.slice(command.parent ? 3 : 2) } = {},
): void {
  if (env.npm_lifecycle_event !== script) return;
  const options = [...command.options, ...(command.parent?.options ?? [])];
  const taken = options.flatMap(({ long, required, flags }) => {
    const value = long && env[`npm_config_${long.slice(2).replaceAll('-', '_')}`];
    if (value === undefined || (!required && value !== 'true')) return [];
    return required && value !== 'true' ? `${long} ${shellQuote(value)}` : flags;
  });
  // Of an option that begins as one of its own, such as --app, npm leaves the value alone. Other words that
  // are too many are a query without quotation marks.
  const values = options.flatMap(({ argChoices = [] }) => argChoices);
  const hasValue =
    args.length > command.registeredArguments.length &&
    !args.some((each) => each.startsWith('-')) &&
    args.some((each) => values.includes(each));
  if (taken.length === 0 && !hasValue) return;
  const npm = script === 'start' ? 'npm start' : `npm run ${script}`;
  const given = taken.length > 0 ? taken.join(' ') : '--help';
  command.error(`error: npm passes options on only behind --: ${npm} -- ${given}`);
}
