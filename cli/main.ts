import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { wrapHelp } from '../core/terminal/help-text.ts';
import { rejectOptionsOfNpm } from '../core/terminal/npm-options.ts';
import { type GlobalOptions, globalOptions } from '../core/terminal/options.ts';
import { widthOf } from '../core/terminal/width.ts';
import { fitLines } from '../core/terminal/wrap.ts';
import { errorLine } from './lib/error-line.ts';
import { endWhenOutputCloses } from './lib/output.ts';
import { completionScript } from './lib/shell-completion.ts';

type Add = (program: Command) => unknown;

/** Every command, under the headings of the help: a file of cli/ each. */
const COMMANDS: Record<string, Record<string, () => Promise<Add>>> = {
  'Session events:': {
    produce: async () => (await import('./produce.ts')).addProduce,
    consume: async () => (await import('./consume.ts')).addConsume,
    simulate: async () => (await import('./simulate.ts')).addSimulate,
    replay: async () => (await import('./replay.ts')).addReplay,
  },
  'The lake:': {
    query: async () => (await import('./query.ts')).addQuery,
    runs: async () => (await import('./runs.ts')).addRuns,
    explain: async () => (await import('./explain.ts')).addExplain,
    console: async () => (await import('./console.ts')).addConsole,
  },
  'Running a stage:': {
    start: async () => (await import('./start.ts')).addStart,
    stop: async () => (await import('./stop.ts')).addStop,
    logs: async () => (await import('./logs.ts')).addLogs,
    'failed-starts': async () => (await import('./failed-starts.ts')).addFailedStarts,
    'failed-batches': async () => (await import('./failed-batches.ts')).addFailedBatches,
    rebuild: async () => (await import('./rebuild.ts')).addRebuild,
    cost: async () => (await import('./cost.ts')).addCost,
    empty: async () => (await import('./empty.ts')).addEmpty,
  },
  'Help:': {
    doctor: async () => (await import('./doctor.ts')).addDoctor,
  },
};

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** As commander has it where there is no terminal. */
const HELP_WIDTH = 80;

const program = new Command('tributary')
  .description('Sends, reads, simulates and replays session events, and queries the lake in SQL')
  .version(version, '--version', 'print the version')
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({
    writeOut: (text) =>
      void process.stdout.write(wrapHelp(text, widthOf(process.stdout) ?? HELP_WIDTH)),
    getOutHelpWidth: () => widthOf(process.stdout) ?? HELP_WIDTH,
    getErrHelpWidth: () => widthOf(process.stderr) ?? HELP_WIDTH,
    outputError: (text, write) => write(fitLines(text, widthOf(process.stderr))),
  });
globalOptions(program).addHelpText(
  'after',
  `
Endpoint, region and credentials are those of the AWS SDK: AWS_ENDPOINT_URL,
AWS_REGION, AWS_PROFILE …
The stage local needs none of them while \`npm start -- --keep\` runs; query, runs
and explain only need the lake that it left.

\`npx tributary <command> --help\` says more about a command. Completion, after
\`npm link\`, in bash or zsh, and in fish:
  source <(tributary complete bash)
  source <(tributary complete zsh)
  tributary complete fish | source`,
);

// A command loads what it needs itself, in half of the time; help and completion need all of them.
const names = Object.values(COMMANDS).flatMap((commands) => Object.keys(commands));
const named = commandOf(process.argv.slice(2));
const isVersion = process.argv[2] === '--version';
const needed = named !== undefined && names.includes(named) ? [named] : isVersion ? [] : names;
for (const [heading, commands] of Object.entries(COMMANDS)) {
  program.commandsGroup(heading);
  for (const [name, load] of Object.entries(commands)) {
    if (needed.includes(name)) (await load())(program);
  }
}
const completion = tab(program);
const complete = program.commands.find((command) => command.name() === 'complete');
complete?.description('Prints a completion script for bash, zsh or fish');
// Only what the script calls, `complete -- words`, names no shell.
for (const shell of complete?.registeredArguments ?? []) {
  shell.required = process.argv[3] !== '--';
}
// The options of every command are mostly given behind its name.
for (const command of completion.commands.values()) {
  for (const { long, description, required } of program.options) {
    if (long === '--version' || !long) continue;
    if (required) command.option(long.slice(2), description, () => {});
    else command.option(long.slice(2), description);
  }
}
program.helpCommand('help [command]', 'Shows the help of a command');

endWhenOutputCloses();
const query = program.commands.find((command) => command.name() === 'query');
if (query) rejectOptionsOfNpm(query, 'query');
try {
  const [first, shell = ''] = process.argv.slice(2);
  if (first === 'complete' && shell !== '--') {
    // @bomb.sh/tab prints the script itself.
    const { log } = console;
    console.log = (script: string) => log(completionScript(shell, script));
  }
  await program.parseAsync();
} catch (error) {
  if (program.opts<GlobalOptions>().stack) console.error(error);
  process.stderr.write(`${fitLines(`error: ${errorLine(error)}`, widthOf(process.stderr))}\n`);
  process.exitCode = 1;
}

/** The first word after the options of every command; undefined after any other option. */
function commandOf(words: string[]): string | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) return word;
    if (word === '--stage' || word === '--folder') i++;
    else if (!/^--(stack$|stage=|folder=)/.test(word)) return undefined;
  }
  return undefined;
}
