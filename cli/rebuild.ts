import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { tables } from '../core/lake/tables.ts';
import { type GlobalOptions, time } from '../core/terminal/options.ts';
import { executionArn, findMachine, type Machine, waitForEnd } from './lib/executions.ts';
import { hint } from './lib/hint.ts';
import { count, print, stopOnInterrupt } from './lib/output.ts';
import { executionName, startExecution } from './start.ts';

interface Options extends GlobalOptions {
  since?: string;
  table?: string;
  resume?: string;
}

/** What RebuildTables says (functions/transform-batch). */
interface Rebuilt {
  readonly rebuilt?: number;
  readonly rows?: number;
  readonly kept?: readonly { readonly manifestKey: string; readonly reason: string }[];
}

const NAMES = Object.keys(tables).filter((name) => name !== 'runs');

export function addRebuild(program: Command): void {
  program
    .command('rebuild')
    .description('Makes the tables anew from raw data: a column was added, or a rule repaired')
    .option('--since <date>', 'of runs from this day on, YYYY-MM-DD (default: all)', day)
    .addOption(
      new Option('--table <name>', 'one table; runs is not made from raw data').choices(NAMES),
    )
    .option('--resume <name>', 'continue a rebuild that failed or was stopped')
    .addHelpText(
      'after',
      `
Replaces the rows of each run and never doubles them, requests nothing from Spotify, and crawls at its
end. Runs whose raw data has expired keep their rows. Ctrl-C ends the waiting, not the rebuild.

Examples:
  npx tributary rebuild
  npx tributary rebuild --stage dev --since 2026-11-01 --table tracks`,
    )
    .action((_, command: Command) => rebuild(command.optsWithGlobals<Options>()));
}

async function rebuild(options: Options): Promise<void> {
  const { since, table, resume } = options;
  const machine = await findMachine(options);
  const name = executionName('rebuild');
  const input = {
    ...(resume && (await rebuildOf(machine, resume))),
    ...(since && { since }),
    ...(table && { table }),
  };
  await startExecution(machine, name, { rebuild: input });
  process.stderr.write(`${name} started\n`);
  const execution = await waitForEnd(machine, name, options, stopOnInterrupt()).catch((error) => {
    const again = hint(`rebuild --resume ${resume ?? name}`, options);
    throw new InvalidInput(`${(error as Error).message}; to continue: ${again}`, { cause: error });
  });
  if (execution === undefined) {
    process.stderr.write(`It goes on; to stop it: ${hint(`stop ${name}`, options)}\n`);
    return;
  }
  const { rebuilt = {} } = JSON.parse(execution.output ?? '{}') as { rebuilt?: Rebuilt };
  const { rebuilt: runs = 0, rows = 0, kept = [] } = rebuilt;
  await print(`${count(runs, 'run')} rebuilt, ${count(rows, 'row')}\n`);
  for (const { manifestKey, reason } of kept)
    await print(`kept as it was: ${manifestKey}: ${reason}\n`);
}

/** What to ask for so that an earlier execution's rebuild goes on: the same runs and tables. */
async function rebuildOf(machine: Machine, name: string): Promise<object> {
  const command = new DescribeExecutionCommand({ executionArn: executionArn(machine, name) });
  try {
    const { startDate, input = '{}' } = await machine.sfn.send(command);
    const { rebuild } = JSON.parse(input) as { rebuild?: object };
    if (!rebuild) throw new InvalidInput(`--resume: ${name} is no rebuild`);
    return { resume: { runId: name, startedAt: startDate?.toISOString() }, ...rebuild };
  } catch (cause) {
    if ((cause as Error).name !== 'ExecutionDoesNotExist') throw cause;
    throw new InvalidInput(`--resume: there is no execution ${name}`, { cause });
  }
}

function day(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new InvalidArgumentError('It is not YYYY-MM-DD.');
  return time(text).toISOString().slice(0, 10);
}
