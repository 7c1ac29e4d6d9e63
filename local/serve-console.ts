import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { systemProblem } from 'local-aws/system-problem.ts';

export interface ServedConsole {
  /** With its token. */
  address: string;
  end(): void;
}

/**
 * Serves the console of the stage local in a process of its own: it may know the local stage, and not
 * the reverse. Throws with its message where it does not start.
 */
export async function serveConsole(root: string, folder: string): Promise<ServedConsole> {
  const child = spawn(process.execPath, ['cli/main.ts', 'console', '--folder', folder], {
    cwd: root,
    env: withoutAws(process.env),
    // The channel closes however this process ends, and the console ends with it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.pid === undefined) {
    const [error] = await once(child, 'error');
    throw new Error(systemProblem(error) ?? error.message);
  }
  const { stdout, stderr } = child as ChildProcessWithoutNullStreams;
  let errors = '';
  stderr.on('data', (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface({ input: stdout })) {
    return { address: line, end: () => void child.kill('SIGKILL') };
  }
  throw new Error(errors.trim() || 'The console did not start');
}

/** An endpoint or credentials of the environment are for other stages: this page shows the one that serves. */
const withoutAws = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
