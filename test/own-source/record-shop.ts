import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Release {
  slug: string;
  title: string;
  released: string;
  by: { id: string; name: string }[];
  songs: { code: string; title: string; seconds: number }[];
}

export interface RecordShop {
  url: string;
  requests: string[];
  /** The next so many requests get this status. */
  fail(status: number, times: number): void;
  close(): Promise<void>;
}

const PAGE_SIZE = 2;

/** A record shop's API, nothing like Spotify's: numbered pages, other names, an API key, seconds. */
export async function startRecordShop(releases: Release[], apiKey: string): Promise<RecordShop> {
  const requests: string[] = [];
  let failure = { status: 0, times: 0 };
  const pageOf = (all: unknown[], page: number) => ({
    data: all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    meta: { page, pages: Math.max(1, Math.ceil(all.length / PAGE_SIZE)), count: all.length },
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    requests.push(url.pathname + url.search);
    const page = Number(url.searchParams.get('page') ?? 1);
    const [, , slug] = url.pathname.split('/');
    const release = releases.find((each) => each.slug === slug);
    const send = (status: number, body: unknown, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    if (failure.times > 0) {
      failure = { ...failure, times: failure.times - 1 };
      return send(failure.status, {}, { 'retry-after': '1' });
    }
    if (request.headers['x-api-key'] !== apiKey) return send(401, {});
    if (url.pathname === '/releases') {
      const listed = releases.map(({ songs, ...each }) => ({ ...each, songs: songs.length }));
      return send(200, pageOf(listed, page));
    }
    return release ? send(200, pageOf(release.songs, page)) : send(404, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail: (status, times) => {
      failure = { status, times };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
