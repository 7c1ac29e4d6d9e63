import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Outcome } from './fixtures.ts';

/**
 * The command line in one process for all tests of a file, which starts at the first command: for commands that
 * print what they know, such as their help. To start each takes 0.1 to 0.3 s of CPU. How a command ends, and
 * whatever it asks of others, is for `tributary`.
 */
export function givenOneProcess(): {
  run(args: string[]): Promise<Outcome>;
  end(): void;
} {
  let child: ChildProcess | undefined;
  const start = () =>
    fork(join(import.meta.dirname, 'command-process.ts'), {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.local/compiled'),
      },
    });
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (args: string[]): Promise<Outcome> => {
    child ??= start();
    const asked = new AbortController();
    try {
      const { signal } = asked;
      child.send(args);
      const [outcome] = await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }),
      ]);
      if (outcome?.stdout === undefined) throw new Error(`The process ended at ${args.join(' ')}`);
      return outcome as Outcome;
    } finally {
      asked.abort();
    }
  };
  return {
    run(args) {
      const outcome = last.then(() => ask(args));
      last = outcome.catch(() => {});
      return outcome;
    },
    end: () => child?.disconnect(),
  };
}
