import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import type { GlobalOptions } from '../core/terminal/options.ts';
import { executionArn, findMachine, runningExecutions } from './lib/executions.ts';
import { print } from './lib/output.ts';

export function addStop(program: Command): void {
  program
    .command('stop')
    .description('Stops a run of the batch')
    .argument('[run-id]', 'which one (default: the one that is running)')
    .addHelpText(
      'after',
      `
What a stopped run has fetched is kept: the next run loads it.

Examples:
  npx tributary stop
  npx tributary stop --stage dev first-run`,
    )
    .action((id: string | undefined, _, command: Command) =>
      stop(id, command.optsWithGlobals<GlobalOptions>()),
    );
}

async function stop(id: string | undefined, options: GlobalOptions): Promise<void> {
  const machine = await findMachine(options);
  const running = await runningExecutions(machine);
  if (id === undefined && running.length === 0) throw new InvalidInput('No run is running');
  if (id === undefined && running.length > 1) {
    throw new InvalidInput(`Which one? Running: ${running.join(', ')}`);
  }
  const name = id ?? (running[0] as string);
  if (!running.includes(name)) throw new InvalidInput(`${name} is not running`);
  await machine.sfn.send(
    new StopExecutionCommand({
      executionArn: executionArn(machine, name),
      error: 'Stopped',
      cause: 'Stopped with tributary stop',
    }),
  );
  await print(`${name} stopped\n`);
}
