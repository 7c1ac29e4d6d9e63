import { relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { FAULT_KINDS } from 'spotify-mock/faults.ts';
import {
  fileName,
  folderName,
  isInRepository,
  LOCAL_FOLDER,
  wholeNumber,
  wholeNumberUpTo,
} from '../core/terminal/options.ts';
import { widthOf } from '../core/terminal/width.ts';
import { fitLines } from '../core/terminal/wrap.ts';

const root = resolve(import.meta.dirname, '..');
/** They are all in memory, with their tracks. */
const MAX_ALBUMS = 100_000;
/** Node's timers take 24 days at the most, and 1 ms in the place of more. */
const MAX_LATENCY_MS = 60_000;

/** As commander has it where there is no terminal. */
const HELP_WIDTH = 80;

export interface Options {
  app: 'extended' | 'development';
  catalog?: string;
  albums: number;
  seed: number;
  faults?: string;
  latency: number;
  sessions: number;
  folder: string;
  fresh?: true;
  keep?: true;
  real?: true;
  param?: string[];
  wrongSecret?: true;
  stack?: true;
}

export const command = new Command('npm start --')
  .description('Runs the whole pipeline on this machine: no account, no Docker, no network')
  // main.ts says it better.
  .allowExcessArguments()
  .configureOutput({
    getOutHelpWidth: () => widthOf(process.stdout) ?? HELP_WIDTH,
    outputError: (text, write) => write(fitLines(text, widthOf(process.stderr))),
  })
  .addOption(
    new Option('--app <kind>', 'the kind of app that the mock of Spotify takes you for')
      .choices(['extended', 'development'])
      .default('extended'),
  )
  .addOption(
    new Option('--catalog <file>', 'albums and tracks to serve, as JSON')
      .argParser(fileName)
      .conflicts('albums'),
  )
  .option(
    '--albums <count>',
    'how many albums to make up instead',
    wholeNumberUpTo(MAX_ALBUMS),
    100,
  )
  .option('--seed <number>', 'the same seed makes up the same albums', wholeNumber, 1)
  .option('--faults <file>', 'a plan of faults, as JSON', fileName)
  .option('--latency <ms>', 'of each request to Spotify', wholeNumberUpTo(MAX_LATENCY_MS), 0)
  .option('--sessions <count>', 'how many session events to send', wholeNumber, 1_000)
  .option(
    '--folder <folder>',
    'where the lake, the logs and the catalogue go',
    shortest,
    LOCAL_FOLDER,
  )
  .option('--fresh', 'begin with an empty lake')
  .option('--keep', 'go on serving after the run, until Ctrl-C')
  .addOption(
    new Option(
      '--real',
      'ask the real Spotify, with SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET of the environment',
    ).conflicts(['app', 'catalog', 'albums', 'faults', 'latency', 'wrongSecret']),
  )
  .option(
    '--param <name=value>',
    'a setting of docs/settings.md; may be repeated',
    (param: string, all: string[] = []) => [...all, param],
  )
  .option('--wrong-secret', 'store a client secret that Spotify does not know')
  .option('--stack', 'show the stack of an error')
  .addHelpText(
    'after',
    `
Kinds of faults for --faults:
${columns(FAULT_KINDS)}

Plans, catalogues and events are in examples/, their JSON Schemas in
examples/schemas/:
  npm start -- --faults examples/fault-plan.json
  npm start -- --catalog examples/catalog.json --fresh`,
  );

/** A folder as it is shown and can be given again: in the repository relative where that is shorter. */
function shortest(text: string): string {
  const folder = folderName(text);
  if (!isInRepository()) return folder;
  const path = relative(root, resolve(root, folder)) || '.';
  return path.length < folder.length ? path : folder;
}

/** What the next run needs as well, as it was given: not what starts anew, goes wrong or shows more. */
export function optionsToRepeat(): string[] {
  const once = ['--fresh', '--keep', '--faults', '--wrong-secret', '--stack'];
  const given = command.options.filter(
    (option) =>
      command.getOptionValueSource(option.attributeName()) === 'cli' &&
      !once.includes(option.long ?? ''),
  );
  return given.flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (value === true) return [option.long ?? ''];
    return [value].flat().flatMap((each) => [option.long ?? '', String(each)]);
  });
}

function columns(words: readonly string[], perLine = 4): string {
  const width = Math.max(...words.map((word) => word.length)) + 1;
  const lines = Array.from({ length: Math.ceil(words.length / perLine) }, (_, i) =>
    words.slice(i * perLine, (i + 1) * perLine),
  );
  return lines
    .map((line) => `  ${line.map((word) => word.padEnd(width)).join('')}`.trimEnd())
    .join('\n');
}
