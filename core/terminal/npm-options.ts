import type { Command } from 'commander';
import { shellQuote } from './shell-quote.ts';

/**
 * Ends the command where npm took its options: `npm start --keep`, without the `--` before them, sets
 * npm_config_keep and passes nothing on.
 */
export function rejectOptionsOfNpm(command: Command, script: string, env = process.env): void {
  if (env.npm_lifecycle_event !== script) return;
  const options = [...command.options, ...(command.parent?.options ?? [])];
  const taken = options.flatMap(({ long, required, flags }) => {
    const value = long && env[`npm_config_${long.slice(2).replaceAll('-', '_')}`];
    if (value === undefined || (!required && value !== 'true')) return [];
    return required && value !== 'true' ? `${long} ${shellQuote(value)}` : flags;
  });
  if (taken.length === 0) return;
  const npm = script === 'start' ? 'npm start' : `npm run ${script}`;
  command.error(`error: npm passes options on only behind --: ${npm} -- ${taken.join(' ')}`);
}
