import { connect } from 'node:net';
import { AwsFault } from './fake-aws.ts';
import { HOSTILE } from './seeded-account.ts';
import { ACCESS_KEY, post, SECRET, type Served, serveSeeded } from './start.ts';

let served: Served;
const others: Served[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});
beforeAll(async () => {
  served = await serveSeeded();
});
afterAll(() => served.close());

/** A request whose headers are written by hand: fetch would not send a wrong Host. */
function raw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(served.origin).port), '127.0.0.1', () => {
      socket.end(`${head}\r\nConnection: close\r\n\r\n`);
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

describe('the token', () => {
  it('becomes a cookie that no script reads and no other site sends', async () => {
    const response = await fetch(served.server.address, { redirect: 'manual' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    expect(response.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  });

  it('is asked for by the page, its files and the API alike', async () => {
    for (const path of ['/', '/app.js', '/style.css', '/api/stage', '/api/runs']) {
      expect((await fetch(`${served.origin}${path}`)).status).toBe(403);
    }
    expect((await fetch(`${served.origin}/?token=wrong`)).status).toBe(403);
    const cookie = `tributary-console-${new URL(served.origin).port}=wrong`;
    expect((await fetch(`${served.origin}/api/stage`, { headers: { cookie } })).status).toBe(403);
  });

  it('is another one with each start', async () => {
    const other = await serveSeeded();
    others.push(other);
    const tokenOf = (address: string) => new URL(address).searchParams.get('token');
    expect(tokenOf(other.server.address)).not.toBe(tokenOf(served.server.address));
    expect(tokenOf(served.server.address)).toHaveLength(43);
  });
});

describe('where a request comes from', () => {
  it('refuses a name that was rebound to 127.0.0.1', async () => {
    const { pathname, search, port } = new URL(served.server.address);
    const response = await raw(`GET ${pathname}${search} HTTP/1.1\r\nHost: evil.example:${port}`);
    expect(response).toMatch(/^HTTP\/1\.1 421/);
    expect(response).not.toContain('set-cookie');
  });

  it('refuses another origin, also where it has the cookie', async () => {
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: served.origin.replace('127.0.0.1', 'localhost') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await served.ask('/api/runs', { headers })).status).toBe(403);
    }
    expect((await served.ask('/api/runs')).status).toBe(200);
  });

  it('refuses what would change something without an origin, or as a form', async () => {
    const { origin } = served;
    const asForm = { origin, 'content-type': 'text/plain' };
    const body = '{"sql":"SELECT 1"}';
    expect((await served.ask('/api/query', { method: 'POST', body })).status).toBe(403);
    expect((await served.ask('/api/query', { method: 'POST', body, headers: asForm })).status).toBe(
      415,
    );
    expect((await served.ask('/api/query', { method: 'DELETE' })).status).toBe(405);
    expect((await served.ask('/api/query', post(origin, { sql: 'SELECT 1' }))).status).toBe(200);
  });

  it('listens on 127.0.0.1 alone', async () => {
    const { port } = new URL(served.origin);
    await expect(fetch(`http://[::1]:${port}/`)).rejects.toThrow();
  });
});

describe('what the page may do', () => {
  it('runs no inline script, no foreign one and no text as HTML', async () => {
    const response = await served.ask('/');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).not.toMatch(/<script(?! type="module" src="\/app\.js">)/);
  });

  it('sends hostile names as JSON, never as a page', async () => {
    const response = await served.ask('/api/explain?id=Track0001');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const steps = (await response.json()) as { raw?: string }[];
    expect(steps.find(({ raw }) => raw)?.raw).toContain(JSON.stringify(HOSTILE).slice(1, 20));
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/app.js.map', '/report.mjs'])(
    'serves no other file: %s',
    async (path) => {
      const { port } = new URL(served.origin);
      const { headers } = await fetch(served.server.address, { redirect: 'manual' });
      const cookie = (headers.get('set-cookie') ?? '').split(';')[0];
      const response = await raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}`,
      );
      expect(response).toMatch(/^HTTP\/1\.1 404/);
    },
  );
});

describe('read-only', () => {
  it.each([
    ['run/start', { name: 'x' }],
    ['run/stop', { name: 'daily-1' }],
    ['rejected/replay', { reason: 'not-json', hours: 24, isDryRun: false }],
  ])('refuses %s in an account', async (path, body) => {
    const before = served.aws.calls.length;
    const response = await served.ask(`/api/${path}`, post(served.origin, body));
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ error: expect.stringContaining('--allow-writes') });
    expect(served.aws.calls.slice(before)).toEqual([]);
  });

  it('starts and stops a run and replays events where it is allowed', async () => {
    const writing = await serveSeeded({}, { canWrite: true });
    others.push(writing);
    const start = await writing.ask('/api/run/start', post(writing.origin, { name: 'by-hand' }));
    expect(await start.json()).toEqual({ name: 'by-hand' });
    const stop = await writing.ask('/api/run/stop', post(writing.origin, { name: 'by-hand' }));
    expect(stop.status).toBe(200);
    const replay = { reason: 'not-json', hours: 24, isDryRun: false };
    const sent = await writing.ask('/api/rejected/replay', post(writing.origin, replay));
    expect(await sent.json()).toMatchObject({ isDryRun: false, failed: [] });
    expect(writing.aws.calls).toEqual(
      expect.arrayContaining(['StartExecution', 'StopExecution', 'PutRecords']),
    );
  });
});

describe('secrets', () => {
  it('stay on the server, also where AWS echoes them in an error', async () => {
    const { aws, ask } = served;
    const { GetTables } = aws.actions;
    aws.actions.GetTables = () => {
      throw new AwsFault(
        'InvalidSignatureException',
        `Credential=${ACCESS_KEY}/20261122/us-east-1 Signature=abcdef0123456789 Authorization: Bearer BQDtokenTokenToken SecretAccessKey: ${SECRET}`,
      );
    };
    const response = await ask('/api/tables');
    const text = await response.text();
    aws.actions.GetTables = GetTables as () => unknown;
    expect(response.status).toBe(502);
    expect(text).toContain('InvalidSignatureException');
    for (const secret of [ACCESS_KEY, SECRET, 'abcdef0123456789', 'BQDtokenTokenToken']) {
      expect(text).not.toContain(secret);
    }
  });

  it('are in nothing that the page can ask', async () => {
    const paths = ['stage', 'runs', 'history', 'rejected', 'tables', 'queries', 'query?id=query-1'];
    for (const path of [...paths, 'run/papers?name=daily-1', 'run/cost?name=daily-1']) {
      const response = await served.ask(`/api/${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      const text = await response.text();
      expect(text).not.toContain(ACCESS_KEY);
      expect(text).not.toContain(SECRET);
    }
  });
});
