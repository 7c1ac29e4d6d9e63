import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CheckFailed } from './run-check.ts';

/** Runs this machine's node; returns what it prints. Throws CheckFailed with that where it fails. */
export async function runNode(
  args: string[],
  cwd: string,
  environment: Record<string, string>,
): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new CheckFailed(`node ${args.join(' ')} failed\n${printed}`);
  return printed;
}
