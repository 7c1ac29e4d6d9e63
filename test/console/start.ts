import type { ConsoleServer } from '../../console/server/http.ts';
import { startConsole } from '../../console/server/start-console.ts';
import type { FakeAws } from './fake-aws.ts';
import { type SeedOptions, startSeededAccount } from './seeded-account.ts';

export const SECRET = 'wJalrXUtnFEMISECRETKEYbPxRfiCYEXAMPLEKEY';
export const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';

export interface Served {
  aws: FakeAws;
  server: ConsoleServer;
  /** Without the token. */
  origin: string;
  /** Asks as the browser does that opened the printed address. */
  ask(path: string, options?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** The console over an endpoint as if it were an account. */
export async function serveSeeded(
  seed: SeedOptions = {},
  { canWrite = false }: { canWrite?: boolean } = {},
): Promise<Served> {
  const aws = await startSeededAccount(seed);
  const server = await startConsole({
    stage: 'dev',
    canWrite,
    client: () => ({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET },
    }),
  });
  const { origin } = new URL(server.address);
  const signIn = await fetch(server.address, { redirect: 'manual' });
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    aws,
    server,
    origin,
    ask: (path, options = {}) =>
      fetch(`${origin}${path}`, { ...options, headers: { cookie, ...options.headers } }),
    async close() {
      await server.close();
      await aws.close();
    },
  };
}

export const post = (origin: string, body: unknown): RequestInit => ({
  method: 'POST',
  headers: { origin, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
