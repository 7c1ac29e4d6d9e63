import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Question } from './command-process.ts';
import type { Outcome } from './fixtures.ts';

/**
 * The command line in one process for all tests of a file, which starts at the first command: for commands that
 * call nobody, such as for help, and for what they say of their arguments. To start each takes 0.1 to 0.3 s of
 * CPU. Whether a command comes to its end by itself is for `tributary`.
 */
export function givenOneProcess(): {
  run(args: string[], env?: Record<string, string>): Promise<Outcome>;
  end(): void;
} {
  let child: ChildProcess | undefined;
  const start = () =>
    fork(join(import.meta.dirname, 'command-process.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.local/compiled'),
      },
    });
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (question: Question): Promise<Outcome> => {
    child ??= start();
    const asked = new AbortController();
    try {
      const { signal } = asked;
      child.send(question);
      const [outcome] = await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }),
      ]);
      if (outcome?.stdout === undefined) {
        throw new Error(`The process ended at ${question.args.join(' ')}`);
      }
      return outcome as Outcome;
    } finally {
      asked.abort();
    }
  };
  return {
    run(args, env = {}) {
      const outcome = last.then(() => ask({ args, env }));
      last = outcome.catch(() => {});
      return outcome;
    },
    end: () => child?.disconnect(),
  };
}
