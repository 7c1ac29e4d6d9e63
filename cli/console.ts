import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { LOCAL_STAGE } from '../core/names.ts';
import { type GlobalOptions, portNumber } from '../core/terminal/options.ts';
import { clientConfig } from './lib/aws-clients.ts';
import { print, stopOnInterrupt } from './lib/output.ts';
import { namesOf } from './lib/stage-names.ts';

interface Options extends GlobalOptions {
  allowWrites?: true;
  once?: string;
  run?: string;
  port: number;
}

export function addConsole(program: Command): void {
  program
    .command('console')
    .description('Serves a page on this machine that shows runs, streams and the lake')
    .option('--allow-writes', 'in an account: let the page start and stop runs, and replay events')
    .option('--once <file>', 'write one run as a self-contained page, and end')
    .option('--run <name>', 'the run that --once writes (default: the last one)')
    .option('--port <number>', 'of 127.0.0.1; 0 is any that is free', portNumber, 0)
    .addHelpText(
      'after',
      `
The printed address holds a token: only the browser that opens it sees the page. Of an account the page
only reads, and Athena runs on a click alone. Ctrl-C ends it.

Examples:
  npx tributary console
  npx tributary console --stage dev
  npx tributary console --once report.html`,
    )
    .action((_, command: Command) => serveConsole(command.optsWithGlobals<Options>()));
}

async function serveConsole(options: Options): Promise<void> {
  const { stage, allowWrites = false, once, run, port } = options;
  if (run !== undefined && once === undefined) throw new InvalidInput('--run belongs to --once');
  const client = (service: Parameters<typeof clientConfig>[0]) => clientConfig(service, options);
  const names = await namesOf(options);
  if (once !== undefined) {
    const { writeReport } = await import('../console/server/report.ts');
    const page = await writeReport({ stage, names, client }, run);
    try {
      writeFileSync(once, page);
    } catch (cause) {
      throw new InvalidInput(`--once ${once} cannot be written: ${(cause as Error).message}`, {
        cause,
      });
    }
    return;
  }
  const { startConsole } = await import('../console/server/start-console.ts');
  const isLocal = stage === LOCAL_STAGE;
  const server = await startConsole({
    stage,
    names,
    client,
    canWrite: isLocal || allowWrites,
    port,
  });
  const interrupt = stopOnInterrupt();
  // The local stage that has started it is gone.
  process.once('disconnect', () => process.exit());
  await print(`${server.address}\n`);
  process.stderr.write(`The console of the stage ${stage}, until Ctrl-C\n`);
  await new Promise((resolve) => interrupt.addEventListener('abort', resolve, { once: true }));
  await server.close();
}
