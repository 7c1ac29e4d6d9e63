import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { InvalidInput } from '../../core/errors.ts';
import { createAccess, securityHeaders } from './access.ts';
import { HttpError, messageOf, statusOf } from './errors.ts';

/** A request to `/api/…`, its parameters read; `signal` aborts as the browser hangs up. */
export interface ApiRequest {
  params: URLSearchParams;
  body: unknown;
  signal: AbortSignal;
}

/** Writes its response itself: live events, downloads. */
export type Writes = (response: ServerResponse, request: ApiRequest) => Promise<void> | void;

/** `GET runs`, `POST query` …: a value is sent as JSON. */
export interface Api {
  [route: string]: (request: ApiRequest) => Promise<unknown> | unknown;
}

/** Marks a result that writes itself. */
export class Written {
  readonly write: Writes;
  constructor(write: Writes) {
    this.write = write;
  }
}

export interface ConsoleServer {
  /** With the token. */
  address: string;
  close(): Promise<void>;
}

const LARGEST_BODY = 256 * 1024;

/** Serves the page of `folder` and the API on 127.0.0.1 alone. */
export async function serve(folder: string, api: Api, port = 0): Promise<ConsoleServer> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const access = createAccess((server.address() as AddressInfo).port);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const nonce = randomBytes(16).toString('base64');
    for (const [name, value] of Object.entries(securityHeaders(nonce)))
      response.setHeader(name, value);
    try {
      const { method = 'GET', headers } = request;
      const url = urlOf(request);
      const admission = access.admit({ method, url, headers });
      if (admission.kind === 'refused') throw new HttpError(admission.status, admission.why);
      if (admission.kind === 'signed-in') {
        return void response
          .writeHead(303, { location: '/', 'set-cookie': admission.cookie })
          .end();
      }
      if (url.pathname.startsWith('/api/')) await callApi(method, url, request, response);
      else sendFile(folder, url.pathname, nonce, request, response);
    } catch (error) {
      const status = statusOf(error);
      if (response.headersSent) return void response.destroy();
      sendJson(response, { error: messageOf(error) }, status);
    }
  }

  async function callApi(
    method: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    const handle = api[`${method} ${url.pathname.slice('/api/'.length)}`];
    if (!handle) throw new HttpError(404, `No ${method} ${url.pathname}`);
    const hangUp = new AbortController();
    response.once('close', () => hangUp.abort());
    const body = method === 'POST' ? await readBody(request) : undefined;
    const call = { params: url.searchParams, body, signal: hangUp.signal };
    const result = await handle(call);
    if (result instanceof Written) await result.write(response, call);
    else sendJson(response, result);
  }

  return {
    address: access.address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://127.0.0.1');
  } catch {
    throw new HttpError(400, 'The address cannot be read');
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new HttpError(415, 'The body is not application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > LARGEST_BODY) throw new HttpError(413, 'The body is larger than 256 KiB');
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new HttpError(400, 'The body is not JSON');
  }
}

function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value ?? null));
}

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css' };

function sendFile(
  folder: string,
  path: string,
  nonce: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (path === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    return void response.end(indexHtml(nonce));
  }
  const [, name = '', extension = ''] =
    /^\/((?:app|style|part-[A-Z0-9]+)\.(js|css))$/.exec(path) ?? [];
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  const suffix = { br: '.br', gzip: '.gz', none: '' }[encoding ?? 'none'];
  let bytes: Buffer;
  try {
    if (name === '') throw new Error('no name');
    bytes = readFileSync(join(folder, name + suffix));
  } catch {
    throw new HttpError(404, 'No such file');
  }
  response.writeHead(200, {
    'content-type': `${TYPES[extension]}; charset=utf-8`,
    'content-length': bytes.length,
    ...(encoding && { 'content-encoding': encoding }),
  });
  response.end(bytes);
}

const indexHtml = (nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="nonce" content="${nonce}">
<title>Tributary</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
<script type="module" src="/app.js"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript.</noscript></body>
</html>
`;

const portError = (cause: NodeJS.ErrnoException, port: number): Error =>
  cause.code === 'EADDRINUSE'
    ? new InvalidInput(`Port ${port} is in use: choose another --port, or 0 for any that is free`, {
        cause,
      })
    : cause;
