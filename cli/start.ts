import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import type { GlobalOptions } from '../core/terminal/options.ts';
import { widthOf } from '../core/terminal/width.ts';
import { findMachine, type Machine, waitForEnd } from './lib/executions.ts';
import { hint } from './lib/hint.ts';
import { print, stopOnInterrupt } from './lib/output.ts';

interface Options extends GlobalOptions {
  name?: string;
  wait?: true;
}

export function addStart(program: Command): void {
  program
    .command('start')
    .description('Starts a run of the batch')
    .option('--name <name>', 'of the execution, which is the run_id (default: run-<time>)')
    .option('--wait', 'wait for its end, and show the run')
    .addHelpText(
      'after',
      `
Starting a run again is safe: albums that are loaded are skipped. On the stage local it needs
\`npm start -- --keep\`. Ctrl-C ends the waiting, not the run.

Examples:
  npx tributary start --wait
  npx tributary start --stage dev --name first-run`,
    )
    .action((_, command: Command) => start(command.optsWithGlobals<Options>()));
}

async function start(options: Options): Promise<void> {
  const { name = executionName('run') } = options;
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw new InvalidInput(`--name ${name}: a name is 1 to 80 of A-Z, a-z, 0-9, - and _`);
  }
  if (name.startsWith('backfill-')) {
    throw new InvalidInput('--name: backfill-… belongs to uploaded manifests');
  }
  const machine = await findMachine(options);
  await startExecution(machine, name, {});
  await print(`${name} started\n`);
  if (!options.wait) {
    const [logs, runs] = [hint(`logs --run ${name}`, options), hint(`runs ${name}`, options)];
    process.stderr.write(`Its lines: ${logs}; when it has ended: ${runs}\n`);
    return;
  }
  const signal = stopOnInterrupt();
  const execution = await waitForEnd(machine, name, options, signal);
  if (execution !== undefined) {
    const { describeRun } = await import('./lib/describe-run.ts');
    await print(await describeRun(name, options, widthOf(process.stdout)));
  } else process.stderr.write(`It goes on; to stop it: ${hint(`stop ${name}`, options)}\n`);
}

/** `run-20261122T040636Z` */
export const executionName = (kind: string): string =>
  `${kind}-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;

export async function startExecution(machine: Machine, name: string, input: object): Promise<void> {
  const { sfn, arn: stateMachineArn } = machine;
  try {
    const request = { stateMachineArn, name, input: JSON.stringify(input) };
    await sfn.send(new StartExecutionCommand(request));
  } catch (cause) {
    if ((cause as Error).name !== 'ExecutionAlreadyExists') throw cause;
    throw new InvalidInput(`An execution ${name} exists already: give another --name`, { cause });
  }
}
