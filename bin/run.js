// Plain JavaScript, so that any Node can start it: the programs themselves are TypeScript, which Node 24
// runs as it is. Where the Node on the PATH is older, the one in node_modules takes over.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// Keeps what V8 compiles: a command then starts in 0.3 s of CPU, not in 0.9 s.
process.env.NODE_COMPILE_CACHE ??= fromRoot('.local/compiled');

/** Whether `npm ci` has run, and whole; if not, it says so. */
export function isInstalled() {
  if (isExecutable(fromRoot('node_modules/.bin/node'))) return true;
  console.error(
    existsSync(fromRoot('node_modules'))
      ? 'error: development packages or install scripts were left out: run `npm ci --include=dev --ignore-scripts=false`'
      : 'error: nothing is installed yet: run `npm ci` first',
  );
  process.exitCode = 1;
  return false;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a TypeScript file of this repository with the arguments of this process. */
export async function run(file) {
  if (!isInstalled()) return;
  const program = fromRoot(file);
  const node = fromRoot('node_modules/.bin/node');
  if (process.features.typescript) {
    const { enableCompileCache } = await import('node:module');
    enableCompileCache();
    await import(program);
  } else {
    // Room for what a command allocates, instead of six collections of garbage: a fifth less CPU.
    await runWith(node, ['--min-semi-space-size=16', program, ...process.argv.slice(2)]);
  }
}

/** Ends as the child ends, and not before: it says what it keeps. */
function runWith(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both.
  const isOnTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  process.on('SIGINT', () => isOnTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', ({ message }) => {
      console.error(`error: Node.js cannot be started: ${message}`);
      process.exitCode = 1;
      resolve();
    });
    child.once('exit', (code, signal) => {
      if (signal) {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      }
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}
