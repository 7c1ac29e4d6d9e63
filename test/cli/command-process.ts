// Runs commands one after the other, as bin/tributary.js runs each in a process of its own.
import type { Outcome } from './fixtures.ts';

let runs = 0;
const { log } = console;

/** What process.exit throws here; whatever the command says after that would not be there any more. */
class Exited extends Error {}

/** What a command is asked, and what it finds in its environment beside PATH. */
export interface Question {
  args: string[];
  env: Record<string, string>;
}

const { PATH } = process.env;

// Each command listens for the end of its process.
for (const each of [process, process.stdout, process.stderr]) each.setMaxListeners(0);

async function runOnce({ args, env }: Question): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  let status: number | undefined;
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array, ...more: unknown[]) => {
      if (status === undefined) said[name] += text;
      const written = more.find((each) => typeof each === 'function');
      if (written) setImmediate(written as () => void);
      return true;
    };
  }
  process.exit = (code) => {
    status ??= Number(code ?? process.exitCode ?? 0);
    throw new Exited();
  };
  // A command may put its own in their places.
  console.log = log;
  process.exitCode = undefined;
  process.env = { PATH, ...env };
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  // Another address is another module, while what it imports is loaded once.
  await import(`../../cli/main.ts?${runs++}`);
  status ??= Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { status, ...said };
}

process.on('message', async (question: Question) => {
  const outcome = await runOnce(question);
  process.send?.(outcome);
});
