import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccounts, LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET } from './accounts.ts';
import { type AppKind, type Endpoint, endpointOf, respondToApi } from './api.ts';
import type { Catalog } from './catalog.ts';
import { createFaultInjector, type FaultTarget, type Outcome } from './fault-injector.ts';
import type { FaultPlan } from './faults.ts';
import { type ApiResponse, apiError, rateLimited } from './responses.ts';
import { createRollingWindow, type RateLimit } from './rolling-window.ts';
import { sendResponse } from './send-response.ts';

export { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET } from './accounts.ts';

export type SpotifyOptions = {
  app: AppKind;
  /** Read at each request: an album added in between is there at the next. */
  catalog: Catalog;
  clientId?: string;
  clientSecret?: string;
  faults?: FaultPlan | undefined;
  /** Added to each API request, not to the token's. */
  latencyMs?: number;
  rateLimit?: RateLimit;
  tokenLifetimeSeconds?: number;
  /** A free port unless given. */
  port?: number;
};

/** `byStatus` has a key `dropped` for connections that ended without a whole response. */
export type RequestCounts = {
  byEndpoint: Record<Endpoint, number>;
  byStatus: Record<string, number>;
  faulted: Record<Endpoint, number>;
};

export type SpotifyMock = {
  /** Serves both services: `/api/token` of the accounts and `/v1/...` of the API. */
  readonly url: string;
  readonly requests: RequestCounts;
  /** TCP connections opened so far. */
  readonly connections: number;
  /** Every token ever issued, for tests that look for leaks. */
  readonly tokens: readonly string[];
  /** Starts another plan at its beginning, or ends all faults. */
  setFaults(plan: FaultPlan | undefined): void;
  /** Zeroes the counters and gives the quota back; the plan goes on where it was. */
  reset(): void;
  /** Ends open connections as well, kept alive or waiting. */
  close(): Promise<void>;
};

const FAULT_GROUPS: Record<Endpoint, FaultTarget['group']> = {
  token: 'token',
  'new-releases': 'listing',
  search: 'listing',
  'album-tracks': 'album-tracks',
  other: 'other',
};

/** Starts a mock server of Spotify on 127.0.0.1. Rejects when the port is taken. */
export async function startSpotify(options: SpotifyOptions): Promise<SpotifyMock> {
  const accounts = createAccounts({
    id: options.clientId ?? LOCAL_CLIENT_ID,
    secret: options.clientSecret ?? LOCAL_CLIENT_SECRET,
    lifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
  });
  const secondsToWait = options.rateLimit ? createRollingWindow(options.rateLimit) : () => 0;
  const requests = emptyCounts();
  let injector = createFaultInjector(options.faults);
  let connections = 0;
  let origin = '';

  function respondToRequest(
    endpoint: Endpoint,
    url: URL,
    authorization: string | undefined,
  ): Outcome {
    const target = { group: FAULT_GROUPS[endpoint], list: url.pathname };
    const outcome = injector.strike(target, () => {
      const rejection = accounts.reject(authorization);
      if (rejection) return rejection;
      const wait = secondsToWait(Date.now());
      if (wait > 0) return rateLimited(wait);
      return respondToApi(endpoint, url, { app: options.app, catalog: options.catalog, origin });
    });
    if (outcome.struck.includes('token-expiry')) accounts.expireAll();
    return outcome;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(`${origin}${request.url}`);
    const endpoint = url ? endpointOf(request.method, url.pathname) : 'other';
    requests.byEndpoint[endpoint] += 1;
    const { authorization } = request.headers;
    const outcome = await outcomeOf(endpoint, url, authorization, request);
    if (outcome.struck.length > 0) requests.faulted[endpoint] += 1;
    const latencyMs = endpoint === 'token' ? 0 : (options.latencyMs ?? 0);
    const delayMs = latencyMs + outcome.delayMs;
    // Not what keeps a process alive that has closed its mock server.
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    const key = outcome.wire?.kind === 'drop' ? 'dropped' : outcome.response.status;
    requests.byStatus[key] = (requests.byStatus[key] ?? 0) + 1;
    const { headers } = outcome.response;
    if (headers?.Location === '') headers.Location = `${origin}${request.url}`;
    await sendResponse(response, outcome);
  }

  async function outcomeOf(
    endpoint: Endpoint,
    url: URL | null,
    authorization: string | undefined,
    request: IncomingMessage,
  ): Promise<Outcome> {
    if (!url) return whole(apiError(400, 'Bad request'));
    if (endpoint !== 'token') return respondToRequest(endpoint, url, authorization);
    const form = new URLSearchParams(await text(request));
    const target = { group: FAULT_GROUPS.token, list: url.pathname };
    return injector.strike(target, () => accounts.issue(authorization, form));
  }

  const server = createServer((request, response) => {
    // A caller that went away in the middle of its form: there is nobody to respond to.
    handle(request, response).catch(() => response.destroy());
  });
  // Longer than any client keeps a connection: none finds it closed just as it writes again.
  server.keepAliveTimeout = 120_000;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: origin,
    requests,
    get connections() {
      return connections;
    },
    tokens: accounts.issued,
    setFaults(plan) {
      injector = createFaultInjector(plan);
    },
    reset() {
      Object.assign(requests, emptyCounts());
      connections = 0;
      injector.endLasting();
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

const whole = (response: ApiResponse): Outcome => ({
  response,
  delayMs: 0,
  wire: undefined,
  struck: [],
});

function emptyCounts(): RequestCounts {
  const zeros = { token: 0, 'new-releases': 0, search: 0, 'album-tracks': 0, other: 0 };
  return { byEndpoint: { ...zeros }, byStatus: {}, faulted: { ...zeros } };
}
