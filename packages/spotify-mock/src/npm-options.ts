import type { Command } from 'commander';

/**
 * Ends the command where npm took its options: `npm run spotify --port 9000`, without the `--` before them,
 * sets npm_config_port and passes 9000 on alone.
 */
export function rejectOptionsOfNpm(command: Command, env = process.env): void {
  const { npm_lifecycle_event: script, npm_package_name: of } = env;
  const isOwn = script === 'start' && of === 'spotify-mock';
  if (script !== 'spotify' && !isOwn) return;
  const taken = command.options.flatMap(({ long, flags }) => {
    const value = env[`npm_config_${long?.slice(2)}`];
    return value === undefined ? [] : value === 'true' ? flags : `${long} ${value}`;
  });
  // Of an option that begins as one of its own, such as --app, npm leaves the value alone.
  const hasValue = process.argv[2]?.startsWith('-') === false;
  if (taken.length === 0 && !hasValue) return;
  const npm = isOwn ? `npm start -w ${of}` : `npm run ${script}`;
  const options = taken.length > 0 ? taken.join(' ') : '--help';
  command.error(`error: npm passes options on only behind --: ${npm} -- ${options}`);
}
