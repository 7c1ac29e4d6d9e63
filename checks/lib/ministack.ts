import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, type Server, startServer } from './server.ts';
import { pythonTools } from './tools.ts';

/** With DuckDB its Athena runs queries; without it each has the same made-up result. */
const PINS = ['ministack==1.5.33', 'duckdb==1.5.6'];

/** What it takes for an account; the first is what it calls its own. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface MiniStackOptions {
  /** Takes its log and what its functions unpack. */
  folder: string;
  environment?: Record<string, string>;
}

/** Starts MiniStack, an emulator of AWS that others wrote, on a free port of 127.0.0.1. */
export async function startMiniStack({ folder, environment }: MiniStackOptions): Promise<Server> {
  const bin = await pythonTools('ministack', PINS);
  const port = await freePort();
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  // Its workers are CommonJS, which the project's own package.json would make ES modules.
  writeFileSync(join(temporary, 'package.json'), '{}');
  return startServer({
    command: join(bin, 'ministack'),
    environment: {
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // Its buckets' policies deny plain http, which is all that it serves.
      AUTH: 'false',
      SFTP_ENABLED: '0',
      TMPDIR: temporary,
      // Its Lambda functions run by the `node` it finds first.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      ...environment,
    },
    url: `http://127.0.0.1:${port}`,
    isReady: async (url) => (await fetch(`${url}/_ministack/health`)).ok,
    timeoutMs: 60_000,
    logFile: join(folder, 'ministack.log'),
  });
}
