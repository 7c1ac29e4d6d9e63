import { resolve } from 'node:path';
import { systemProblem } from 'local-aws/system-problem.ts';
import { messageOfCause } from '../core/error-cause.ts';
import { TributaryError } from '../core/errors.ts';
import { rejectOptionsOfNpm } from '../core/terminal/npm-options.ts';
import { widthOf } from '../core/terminal/width.ts';
import { createInterrupt } from './interrupt.ts';
import { showWhile } from './live-line.ts';
import { openStage } from './open-stage.ts';
import { command, type Options } from './options.ts';
import { serveConsole } from './serve-console.ts';
import { whatServes } from './summary.ts';

const root = resolve(import.meta.dirname, '..');
const interrupt = createInterrupt();

async function main(options: Options): Promise<boolean> {
  // Loaded while sls packages.
  const [stage, { runOnce }] = await Promise.all([
    openStage(root, options, interrupt),
    import('./run-once.ts'),
  ]);
  const page = options.keep ? await openConsole(options.folder) : undefined;
  const succeeded = await runOnce(stage, options, interrupt);
  if (options.keep) {
    const width = widthOf(process.stdout);
    const hasStreams = stage.streaming !== undefined;
    const { folder } = options;
    console.log(`\n${whatServes(stage.endpoints, { folder, page, width, hasStreams })}`);
    await new Promise(() => {});
  }
  await interrupt.end();
  return succeeded;
}

/** The page shows the run as it goes, so it is there before. */
async function openConsole(folder: string): Promise<string | undefined> {
  try {
    const { signal } = interrupt;
    const page = await showWhile('Starting the console', serveConsole(root, folder), { signal });
    interrupt.onEnd(page.end);
    console.log(`The console, until Ctrl-C:\n${page.address}`);
    return page.address;
  } catch (error) {
    console.error(`No console: ${(error as Error).message}`);
    return undefined;
  }
}

let options: Options | undefined;
try {
  rejectOptionsOfNpm(command, 'start');
  options = command.parse().opts<Options>();
  const [word] = command.args;
  if (word !== undefined) {
    command.error(`error: npm start takes no '${word}', only options: npm start -- --help`);
  }
  process.exitCode = (await main(options)) ? 0 : 1;
} catch (error) {
  // The interruption ends the process itself.
  if (interrupt.signal.aborted) await new Promise(() => {});
  await interrupt.end();
  const isInvalid = error instanceof TributaryError || (error as Error).name === 'InvalidInput';
  const problem = isInvalid ? messageOfCause((error as Error).message) : systemProblem(error);
  if (options?.stack || problem === undefined) throw error;
  command.error(`error: ${problem} (--stack shows where)`);
}
