#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it: the command itself is TypeScript, which Node 24 runs
// as it is. Where the Node on the PATH is older, the one in node_modules takes over.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

if (process.features.typescript) await import(main);
else {
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (existsSync(node)) {
    const { status, signal } = spawnSync(node, [main, ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    if (signal) process.kill(process.pid, signal);
    process.exitCode = status ?? 1;
  } else {
    console.error(`error: tributary needs Node 24, this is ${process.version}: run npm ci first`);
    process.exitCode = 1;
  }
}
