import { Command } from 'commander';
import { type GlobalOptions, globalOptions } from '../core/terminal/options.ts';
import { addConsume } from './consume.ts';
import { explain } from './lib/explain.ts';
import { endWhenOutputCloses } from './lib/output.ts';
import { addProduce } from './produce.ts';
import { addQuery } from './query.ts';
import { addReplay } from './replay.ts';
import { addRuns } from './runs.ts';
import { addSimulate } from './simulate.ts';

const program = new Command('tributary')
  .description('Sends, reads, simulates and replays session events, and asks the lake in SQL')
  .configureHelp({ showGlobalOptions: true });
globalOptions(program).addHelpText(
  'after',
  `
Address, region and credentials are those of the AWS SDK: AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE …
The stage local needs none of them while \`npm start -- --keep\` serves; query and runs only need the
lake that it left.
\`tributary <command> --help\` tells more about a command.`,
);

addProduce(program);
addConsume(program);
addSimulate(program);
addReplay(program);
addQuery(program);
addRuns(program);

endWhenOutputCloses();
try {
  await program.parseAsync();
} catch (error) {
  if (program.opts<GlobalOptions>().stack) console.error(error);
  process.stderr.write(`error: ${explain(error)}\n`);
  process.exitCode = 1;
}
