// Prints the error of an invocation for which there is no file descriptor left; `ulimit -n` bounds them. A process
// of its own: whatever else runs in this one would fail, too.
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLambda } from '../../src/lambda/lambda.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-aws-lambda-'));
const code = join(folder, 'packaged');
mkdirSync(code);
writeFileSync(
  join(code, 'handler.mjs'),
  'export const handler = async (ms) => new Promise((end) => setTimeout(end, ms));',
);
const fn = {
  name: 'pause',
  code,
  module: 'handler.mjs',
  exportName: 'handler',
  environment: {},
  timeoutSeconds: 5,
  memoryMb: 128,
  role: 'Role',
};
const launches: unknown[] = [];
const lambda = createLambda(new Map([['pause', fn]]), folder, undefined, {
  onLine() {},
  onInvoked() {},
  onLaunchError: ({ code, syscall }) => launches.push({ code, syscall }),
});
// The environment is busy: the next event needs another one.
const busy = lambda.invoke('pause', 60_000).catch(() => {});
const open: number[] = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch {}
const { name, message } = (await lambda.invoke('pause', 0).catch((error) => error)) as Error;
for (const file of open) closeSync(file);
await lambda.close();
await busy;
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ name, message: JSON.parse(message).errorMessage, launches }));
