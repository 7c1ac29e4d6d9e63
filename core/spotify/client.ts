import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import type { Allowance } from '../allowance.ts';
import {
  ContractBroken,
  InvalidInput,
  QuotaExhausted,
  RateLimited,
  ServiceUnavailable,
} from '../errors.ts';
import type { Access } from '../lake/source.ts';
import type { RetryPolicy } from '../retry.ts';
import { errorOfResponse } from './http-errors.ts';
import type { Pacer } from './pacer.ts';
import { retryDelayMs } from './retry.ts';

/** A response of 200: the bytes as they came, for the lake, and what they say. */
export interface JsonResponse {
  bytes: Buffer;
  body: unknown;
}

export interface SpotifyClient {
  readonly apiUrl: string;
  /**
   * GET of a path on the API's own host, e.g. `/v1/search?q=tag:new`. Each attempt spends a request of
   * the allowance. Throws the errors of errors.ts.
   */
  get(path: string, access: Access): Promise<JsonResponse>;
}

export interface SpotifyClientOptions {
  apiUrl: string;
  timeoutMs: number;
  retryPolicy: RetryPolicy;
  pacer: Pacer;
  /** Requests in flight at the same time, each on a connection that is kept alive. */
  connections?: number;
  /** The variables of a proxy: HTTPS_PROXY, NO_PROXY and the like; without them the service is asked directly. */
  proxyEnv?: NodeJS.ProcessEnv | undefined;
  pause?: (ms: number) => Promise<unknown>;
}

/** Largest response taken: fifty albums with all their markets are about 150 kB. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

export function createSpotifyClient(options: SpotifyClientOptions): SpotifyClient {
  const { apiUrl, retryPolicy, pacer, pause = sleep } = options;
  const http = createHttp(options);
  const api = new URL(apiUrl);

  async function attempt(path: string, { accessToken, allowance }: Access): Promise<JsonResponse> {
    const url = new URL(path, api);
    // The token leaves for the configured host alone, whatever a path or a `next` says.
    if (url.origin !== api.origin) throw new ContractBroken(`${url.origin} is not the Spotify API`);
    const what = `GET ${url.pathname}`;
    const { status, retryAfter, bytes } = await allowance.spend('requests', async () => {
      // The turn comes last: what it keeps apart are requests as they leave.
      await pacer.turn();
      while (await allowance.ready()) await pacer.turn();
      return send(http, what, options.timeoutMs, {
        method: 'GET',
        url: url.href,
        headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
      });
    });
    // A body that echoes the token must not carry it into a message.
    const text = bytes.toString().replaceAll(accessToken, '[access token]');
    const error = errorOfResponse(what, status, retryAfter, text);
    if (error) throw error;
    return { bytes, body: parseJson(what, bytes) };
  }

  return {
    apiUrl,
    get: (path, access) =>
      withRetries(() => attempt(path, access), retryPolicy, access.allowance, pause),
  };
}

/**
 * Runs `attempt` until it succeeds or the policy says no; the last error is the one thrown. A pause
 * that a 429 asks for is one for all callers of the allowance, and ends where the run's waiting ends.
 * A 429 that is not waited out here ends the calls of all of them: calling on lengthens the wait.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  allowance: Allowance,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      // What ended the calls of another caller is not waited out here, too.
      if (error === allowance.ended) throw error;
      const delay = retryDelayMs(policy, n, error);
      if (error instanceof RateLimited || error instanceof QuotaExhausted) {
        const isOver = allowance.ended !== undefined;
        if (!isOver && delay !== undefined && allowance.pause(delay)) continue;
        allowance.end(error);
        throw error;
      }
      if (delay === undefined) throw error;
      await pause(delay);
    }
  }
}

/** As many kept-alive connections as there are requests at a time. */
export function createHttp({
  timeoutMs,
  connections = 1,
  proxyEnv,
}: Pick<SpotifyClientOptions, 'timeoutMs' | 'connections' | 'proxyEnv'>): AxiosInstance {
  const agent = { keepAlive: true, maxSockets: connections, timeout: timeoutMs, proxyEnv };
  return axios.create({
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: MAX_RESPONSE_BYTES,
    // Otherwise the agents know the proxy.
    ...(proxyEnv === undefined && { proxy: false }),
    responseType: 'arraybuffer',
    validateStatus: () => true,
  });
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
const TIMED_OUT = new Set(['ERR_CANCELED', 'ECONNABORTED', 'ETIMEDOUT']);

interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  data?: string;
}

/** Sends once. What axios throws carries the request's headers, so only its code goes on as cause. */
export async function send(
  http: AxiosInstance,
  what: string,
  timeoutMs: number,
  request: HttpRequest,
) {
  try {
    // axios' own timeout does not cover a body that trickles in.
    const signal = AbortSignal.timeout(timeoutMs);
    const { status, headers, data } = await http.request<Buffer>({ ...request, signal });
    const retryAfter: unknown = headers['retry-after'];
    return {
      status,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      bytes: Buffer.from(data ?? ''),
    };
  } catch (error) {
    const code = axios.isAxiosError(error) ? (error.code ?? 'no code') : 'no code';
    const host = new URL(request.url).host;
    throw new ServiceUnavailable(`${what} on ${host} ${reasonOf(code, timeoutMs)}`, {
      cause: new Error(code),
    });
  }
}

function reasonOf(code: string, timeoutMs: number): string {
  if (code === 'ERR_PROXY_TUNNEL') return `could not be reached through the proxy (${code})`;
  if (UNREACHABLE.has(code)) {
    return `could not be reached (${code}): check the address and the network`;
  }
  if (TIMED_OUT.has(code)) return `gave no whole response within ${timeoutMs / 1_000} s`;
  return `broke off (${code})`;
}

export function parseJson(what: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    // The parser's message quotes the body, which may be a token: it is not passed on.
    throw new ContractBroken(`${what} returned 200 with ${bytes.length} bytes that are no JSON`, {
      cause: new Error((cause as Error).name),
    });
  }
}

/** Checks a base URL of the settings: an origin without a path, https unless on this machine. */
export function parseBaseUrl(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const local = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) {
    throw new InvalidInput(`${name} must be an https URL such as https://api.spotify.com`);
  }
  return url.origin;
}
