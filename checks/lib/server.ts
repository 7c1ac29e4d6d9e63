import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckFailed } from './run-check.ts';

const STOP_MS = 10_000;

export interface Server {
  url: string;
  stop(): Promise<void>;
}

interface Start {
  command: string;
  args?: string[];
  environment?: Record<string, string>;
  url: string;
  /** Whether the server at `url` is ready; may throw until it is. */
  isReady: (url: string) => Promise<boolean>;
  timeoutMs: number;
  /** Takes what the process prints. */
  logFile: string;
}

/** Starts a server and waits until it is ready; it ends with this process at the latest. */
export async function startServer(start: Start): Promise<Server> {
  const { command, args = [], environment, url, isReady, timeoutMs, logFile } = start;
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', log, log],
  });
  let problem: Error | undefined;
  child.on('error', (error) => {
    problem = error;
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const server: Server = {
    url,
    async stop() {
      await end(child);
      process.off('exit', kill);
    },
  };
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady(url).catch(() => false))) {
    if (problem) throw problem;
    if (child.exitCode !== null) throw new CheckFailed(`${command} ended; see ${logFile}`);
    if (Date.now() > deadline) {
      await server.stop();
      throw new CheckFailed(`${command} was not ready in ${timeoutMs / 1000} s; see ${logFile}`);
    }
    await sleep(200);
  }
  return server;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(killed);
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}
