import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A shell that runs commands one after the other, so that a later one sees what an earlier one set. */
export interface Shell {
  /** Returns the exit status and what was printed. `input` is what a person types. */
  run(text: string, options?: { input?: string; timeoutMs?: number }): Promise<Ran>;
  close(): Promise<void>;
}

export interface Ran {
  status: number;
  printed: string;
}

const TIMEOUT_MS = 240_000;
const DONE = /\n?<ended with (\d+)>\n$/;
// Commands come by file names on descriptor 3: standard input belongs to the commands.
const LOOP = `exec 2>&1
set -o pipefail
while IFS= read -r -u 3 file; do source "$file"; printf '<ended with %d>\\n' $?; done`;

export function openShell(cwd: string, scratch: string, environment: NodeJS.ProcessEnv): Shell {
  const child = spawn('bash', ['--norc', '-c', LOOP], {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    // A group of its own, so that what a command started ends with the shell.
    detached: true,
  });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const commands = child.stdio[3] as NodeJS.WritableStream;
  // Of a shell that was ended.
  for (const stream of [commands, child.stdin]) stream?.on('error', () => {});
  const ended = once(child, 'exit');
  const file = join(scratch, 'command.sh');
  return {
    async run(text, { input = '', timeoutMs = TIMEOUT_MS } = {}) {
      printed = '';
      writeFileSync(file, `${text}\n`);
      child.stdin?.write(input);
      commands.write(`${file}\n`);
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const [whole, status] = DONE.exec(printed) ?? [];
        if (whole !== undefined)
          return { status: Number(status), printed: printed.replace(DONE, '') };
        if (child.exitCode !== null || Date.now() > deadline) {
          return { status: 124, printed: `${printed}\nnot done in ${timeoutMs / 1_000} s` };
        }
        await sleep(50);
      }
    },
    async close() {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}
