import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { type GlobalOptions, globalOptions } from '../core/terminal/options.ts';
import { addConsole } from './console.ts';
import { addConsume } from './consume.ts';
import { addCost } from './cost.ts';
import { addDoctor } from './doctor.ts';
import { addEmpty } from './empty.ts';
import { addExplain } from './explain.ts';
import { addFailedBatches } from './failed-batches.ts';
import { addFailedStarts } from './failed-starts.ts';
import { errorLine } from './lib/error-line.ts';
import { endWhenOutputCloses } from './lib/output.ts';
import { addLogs } from './logs.ts';
import { addProduce } from './produce.ts';
import { addQuery } from './query.ts';
import { addRebuild } from './rebuild.ts';
import { addReplay } from './replay.ts';
import { addRuns } from './runs.ts';
import { addSimulate } from './simulate.ts';
import { addStart } from './start.ts';
import { addStop } from './stop.ts';

/** Every command, under the headings of the help: a file of cli/ each. */
const COMMANDS = {
  'Session events:': [addProduce, addConsume, addSimulate, addReplay],
  'The lake:': [addQuery, addRuns, addExplain, addConsole],
  'Running a stage:': [
    addStart,
    addStop,
    addLogs,
    addFailedStarts,
    addFailedBatches,
    addRebuild,
    addCost,
    addEmpty,
  ],
};

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

const program = new Command('tributary')
  .description('Sends, reads, simulates and replays session events, and queries the lake in SQL')
  .version(version, '--version', 'print the version')
  .configureHelp({ showGlobalOptions: true });
globalOptions(program).addHelpText(
  'after',
  `
Endpoint, region and credentials are those of the AWS SDK: AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE …
The stage local needs none of them while \`npm start -- --keep\` runs; query, runs and explain only
need the lake that it left.

\`tributary <command> --help\` says more about a command.
Completion: source <(tributary complete bash), or zsh; tributary complete fish | source.`,
);

for (const [heading, commands] of Object.entries(COMMANDS)) {
  program.commandsGroup(heading);
  for (const add of commands) add(program);
}
program.commandsGroup('Help:');
addDoctor(program);
tab(program);
program.helpCommand('help [command]', 'Shows the help of a command');

endWhenOutputCloses();
try {
  await program.parseAsync();
} catch (error) {
  if (program.opts<GlobalOptions>().stack) console.error(error);
  process.stderr.write(`error: ${errorLine(error)}\n`);
  process.exitCode = 1;
}
