import { mkdirSync, writeFileSync } from 'node:fs';
import { get as getByHttp } from 'node:http';
import { get as getByHttps } from 'node:https';
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
  /** It asks every request for the rights of its caller. Buckets' policies deny plain http: it serves TLS. */
  enforcesIam?: boolean;
}

/** Starts MiniStack, an emulator of AWS that others wrote, on a free port of 127.0.0.1. */
export async function startMiniStack(options: MiniStackOptions): Promise<Server> {
  const { folder, environment, enforcesIam = false } = options;
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
      AUTH: String(enforcesIam),
      USE_SSL: enforcesIam ? '1' : '0',
      SFTP_ENABLED: '0',
      TMPDIR: temporary,
      // Its Lambda functions run by the `node` it finds first.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      ...environment,
    },
    url: `${enforcesIam ? 'https' : 'http'}://127.0.0.1:${port}`,
    isReady: (url) => isHealthy(`${url}/_ministack/health`),
    timeoutMs: 60_000,
    logFile: join(folder, 'ministack.log'),
  });
}

/** Its certificate is self-signed. */
const isHealthy = (url: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const done = (response: { statusCode?: number | undefined; resume(): void }) => {
      response.resume();
      resolve(response.statusCode === 200);
    };
    const request = url.startsWith('https:')
      ? getByHttps(url, { rejectUnauthorized: false }, done)
      : getByHttp(url, done);
    request.once('error', reject);
  });
