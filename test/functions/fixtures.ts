import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import {
  type Allowance,
  createAllowance,
  type Limits,
  NOTHING_USED,
  type Usage,
} from '../../core/allowance.ts';
import { keys, type Run } from '../../core/lake/keys.ts';
import type { CommitMarker, Manifest, Plan } from '../../core/lake/manifest.ts';
import { joinPages } from '../../core/lake/raw-album.ts';
import type { Access } from '../../core/lake/source.ts';
import type { RetryPolicy } from '../../core/retry.ts';
import { createSpotifyClient, type SpotifyClientOptions } from '../../core/spotify/client.ts';
import type { Page } from '../../core/spotify/paging.ts';
import { createTokenStore } from '../../functions/runtime/token-store.ts';
import { counts } from '../fixtures/counts.ts';
import type { FakeLake } from '../fixtures/fake-lake.ts';

export const run: Run = { runId: 'run-1', startedAt: '2026-11-21T06:00:00.000Z' };
export const day = (n: number) => new Date(Date.parse(run.startedAt) + n * 86_400_000);
export const runOf = (runId: string, startedAt: Date): Run => ({
  runId,
  startedAt: startedAt.toISOString(),
});

// ---- Spotify's objects

export const artist = (id: string) => ({ id, type: 'artist', name: `Artist ${id}` });
export const track = (id: string, more: object = {}) => ({
  id,
  type: 'track',
  name: `Track ${id}`,
  duration_ms: 1_000,
  artists: [artist('artist1')],
  ...more,
});
export const tracks = (count: number, prefix = 'track') =>
  Array.from({ length: count }, (_, i) => track(`${prefix}${i + 1}`));
export const album = (id: string, more: object = {}) => ({
  id,
  type: 'album',
  name: `Album ${id}`,
  release_date: '2026-11-20',
  total_tracks: 1,
  artists: [artist('artist1')],
  ...more,
});

/** A page that is all there is, unless told otherwise. */
export const page = (items: unknown[], more: Partial<Page> = {}): Page => ({
  items,
  offset: 0,
  limit: 50,
  total: items.length,
  hasTotal: true,
  next: null,
  ...more,
});

// ---- the objects of the lake

export function storeListing(lake: FakeLake, of: Run, pages: Page[]): void {
  pages.forEach((albums, i) => {
    lake.store(keys.listingPage(of, i), JSON.stringify({ albums }), day(0));
  });
}

export function storeAlbum(lake: FakeLake, id: string, pages: Page[], storedAt = day(0)): void {
  const bytes = pages.map((each) => Buffer.from(JSON.stringify(each)));
  lake.store(keys.albumTracks(id), joinPages(bytes), storedAt);
}

export function storeCommitMarker(
  lake: FakeLake,
  of: Run,
  albums: string[],
  open: Record<string, number> = {},
): void {
  const commitMarker: CommitMarker = {
    run: of,
    albums,
    open,
    rows: {},
    files: [],
    oddValues: {},
    repeatedTracks: 0,
  };
  lake.store(keys.commitMarker(of), JSON.stringify(commitMarker), day(0));
}

/** A plan for these albums; each has as many tracks as the listing says: nothing. */
export const plan = ({
  planned = [],
  ...more
}: Partial<Omit<Plan, 'planned'>> & { planned?: string[] } = {}): Plan => ({
  run,
  source: 'new-releases',
  pages: [keys.listingPage(run, 0)],
  expected: planned.length,
  listed: planned.length,
  unusablePositions: [],
  repeated: 0,
  creditsWithoutId: 0,
  oddText: 0,
  listingStoppedBy: null,
  skipped: [],
  planned: planned.map((albumId) => ({ albumId, totalTracks: 0 })),
  notPlanned: [],
  seenBefore: {},
  oddities: {},
  waiting: {},
  fields: {},
  refreshBefore: day(-14).toISOString(),
  mayBeStored: false,
  requests: 2,
  requestsPerRun: 1_000,
  ...more,
});

export const manifest = (albumIds: string[], more: Partial<Manifest> = {}): Manifest => ({
  run,
  status: 'COMPLETE',
  source: 'new-releases',
  pages: [keys.listingPage(run, 0)],
  counts: counts({
    expected: albumIds.length,
    listed: albumIds.length,
    loaded: albumIds.length,
    tracks: albumIds.length,
    requests: 1 + albumIds.length,
  }),
  loaded: albumIds.map((albumId) => ({ albumId, key: keys.albumTracks(albumId), tracks: 1 })),
  skipped: [],
  missing: [],
  unlisted: { unusablePositions: [], listingStoppedBy: null },
  waiting: {},
  fields: {},
  fieldChanges: [],
  ...more,
});

// ---- services

/** The policy of the product without its pauses. */
export const impatient: RetryPolicy = {
  attempts: 4,
  baseMs: 0,
  capMs: 0,
};

/** An account in memory whose pauses take no time; `stored` is every count written, in order. */
export function givenAllowance(
  limits: Partial<Limits> = {},
  used: Partial<Usage> = {},
): Allowance & { stored: Usage[]; slept: number[] } {
  const stored: Usage[] = [];
  const slept: number[] = [];
  let now = 0;
  const allowance = createAllowance({
    used: { ...NOTHING_USED, ...used },
    limits: { requests: 1_000, waitSeconds: 900, ...limits },
    store: async (usage) => void stored.push(usage),
    clock: () => now,
    sleepFor: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  });
  return Object.assign(allowance, { stored, slept });
}

export const accessOf = (accessToken: string, allowance: Allowance = givenAllowance()): Access => ({
  accessToken,
  allowance,
});

/** A client that neither paces nor pauses. */
export const spotifyClient = (apiUrl: string, more: Partial<SpotifyClientOptions> = {}) =>
  createSpotifyClient({
    apiUrl,
    timeoutMs: 2_000,
    retryPolicy: impatient,
    pacer: { turn: async () => {} },
    pause: async () => {},
    ...more,
  });

export type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
export interface LocalServer {
  url: string;
  requests: { path: string | undefined; authorization: string | undefined }[];
  connections: number;
  close(): Promise<void>;
}

const open: LocalServer[] = [];

/** To be called once in a test file that serves. */
export function closeServersAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
}

/** A server of this test on a free port of 127.0.0.1. */
export async function serve(handle: Handle): Promise<LocalServer> {
  const server = createServer((request, response) => {
    served.requests.push({ path: request.url, authorization: request.headers.authorization });
    void handle(request, response);
  });
  server.on('connection', () => {
    served.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: LocalServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    connections: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  open.push(served);
  return served;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Returns these one after another, the last one for ever. A string is sent as it is. */
export function serveReplies(...replies: Reply[]): Promise<LocalServer> {
  let next = 0;
  return serve((_, response) => {
    const { status = 200, headers = {}, body = '' } = replies[next] ?? replies.at(-1) ?? {};
    next += 1;
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** The token store over Parameter Store's API, with its contents. */
export function givenParameters(initial: Record<string, string> = {}) {
  const values = new Map(Object.entries(initial).map(([name, value]) => [`/test/${name}`, value]));
  const client = new SSMClient({});
  const ssm = mockClient(client);
  ssm.on(GetParametersCommand).callsFake(({ Names }) => ({
    Parameters: Names.flatMap((Name: string) =>
      values.has(Name) ? [{ Name, Value: values.get(Name) }] : [],
    ),
  }));
  ssm.on(PutParameterCommand).callsFake(({ Name, Value }) => void values.set(Name, Value));
  return { tokens: createTokenStore(client, '/test'), values, ssm };
}

export const storedToken = (accessToken: string, expiresAt: string) =>
  JSON.stringify({ accessToken, expiresAt });

// ---- looking for leaks

/** Everything that a log, a crash report or a debugger could show of a value. */
export const everythingOf = (value: unknown): string =>
  inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    maxArrayLength: Number.POSITIVE_INFINITY,
    maxStringLength: Number.POSITIVE_INFINITY,
  });

/** The error that `work` ends with; fails where it ends well. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at fields of many classes
export async function errorOf(work: Promise<unknown>): Promise<any> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`no error but ${inspect(outcome.value)}`);
}
