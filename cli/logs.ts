import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Command, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { pause } from '../core/kinesis/retry-reads.ts';
import { type GlobalOptions, TIME, time } from '../core/terminal/options.ts';
import { connect } from './lib/aws-clients.ts';
import { hint } from './lib/hint.ts';
import { type LogLine, textOfLine } from './lib/log-lines.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';

interface Options extends GlobalOptions {
  since: Date;
  run?: string;
  errors?: true;
  follow?: true;
  format: 'text' | 'ndjson';
}

const POLL_MS = 2_000;

export function addLogs(program: Command): void {
  program
    .command('logs')
    .description('Prints the log lines of the functions, by time')
    .argument('[function...]', 'such as fetchAlbumTracks (default: all)')
    .addOption(
      new Option('--since <time>', TIME)
        .argParser(time)
        .default(new Date(Date.now() - 3_600_000), '1h'),
    )
    .option('--run <run-id>', 'only lines of this run')
    .option('--errors', 'only lines of the levels ERROR and WARN')
    .option('--follow', 'continue with new lines, until Ctrl-C')
    .addOption(
      new Option('--format <format>', 'a line for a person, or the line as it was logged')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  npx tributary logs --since 15m --errors
  npx tributary logs --stage dev fetchAlbumTracks --run first-run
  npx tributary logs enrichSessions --follow`,
    )
    .action((functions: string[], _, command: Command) =>
      logs(functions, command.optsWithGlobals<Options>()),
    );
}

async function logs(functions: readonly string[], options: Options): Promise<void> {
  const client = connect(CloudWatchLogsClient, 'CLOUDWATCH_LOGS', options);
  const groups = await findGroups(client, functions, options);
  const signal = stopOnInterrupt();
  const filterPattern = patternOf(options);
  const printed = new Set<string>();
  let since = options.since.getTime();
  do {
    const lines = await Promise.all(
      groups.map((group) => readGroup(client, group, since, filterPattern, signal)),
    );
    const fresh = lines.flat().filter(({ id }) => !printed.has(id));
    fresh.sort((a, b) => a.timestamp - b.timestamp);
    for (const { id } of fresh) printed.add(id);
    const format = options.format === 'ndjson' ? rawOf : textOfLine;
    if (fresh.length > 0) await print(fresh.map(format).join(''));
    // Lines become readable late: the last minute is read again.
    since = Math.max(since, (fresh.at(-1)?.timestamp ?? 0) - 60_000);
    if (options.follow) await pause(POLL_MS, signal);
  } while (options.follow && !signal.aborted);
  process.stderr.write(`${count(printed.size, 'line')} of ${count(groups.length, 'function')}\n`);
}

const rawOf = ({ message }: LogLine): string => `${message.trimEnd()}\n`;

function patternOf({ run, errors }: Options): string | undefined {
  if (run?.includes('"')) throw new InvalidInput(`--run ${run} is no run_id`);
  const terms = [
    ...(run === undefined ? [] : [`$.run_id = "${run}"`]),
    ...(errors ? ['($.level = "ERROR" || $.level = "WARN")'] : []),
  ];
  return terms.length === 0 ? undefined : `{ ${terms.join(' && ')} }`;
}

async function findGroups(
  client: CloudWatchLogsClient,
  functions: readonly string[],
  options: GlobalOptions,
): Promise<string[]> {
  const prefix = `/aws/lambda/tributary-${options.stage}-`;
  const all: string[] = [];
  const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix });
  for await (const page of pages) {
    all.push(...(page.logGroups ?? []).map(({ logGroupName = '' }) => logGroupName));
  }
  const names = all.map((group) => group.slice(prefix.length));
  if (functions.length === 0) {
    if (all.length > 0) return all;
    throw new InvalidInput(`No function has logged yet; to start a run: ${hint('start', options)}`);
  }
  const unknown = functions.find((name) => !names.includes(name));
  if (unknown === undefined) return functions.map((name) => `${prefix}${name}`);
  throw new InvalidInput(`${unknown} has not logged; there is ${names.join(', ') || 'nothing'}`);
}

async function readGroup(
  client: CloudWatchLogsClient,
  logGroupName: string,
  startTime: number,
  filterPattern: string | undefined,
  signal: AbortSignal,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const input = { logGroupName, startTime, ...(filterPattern && { filterPattern }) };
  for await (const page of paginateFilterLogEvents({ client }, input)) {
    for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) {
      const name = logGroupName.slice(logGroupName.lastIndexOf('-') + 1);
      lines.push({ id: `${logGroupName}/${eventId}`, function: name, timestamp, message });
    }
    if (signal.aborted) break;
  }
  return lines;
}
